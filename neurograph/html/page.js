"use strict";

const content = JSON.parse(document.getElementById("content").textContent);
const { nodes, edges, left, steps } = content;
const thing = content.neurons ? "population" : "neuron"; // what a node stands for
const at = (id) => document.getElementById(id);
const exact = (value) => String(value);
const short = (value) => Number(value.toPrecision(4)).toString();
const counted = (value) => value.toLocaleString("en");

const SCALE = 60; // pixels for one unit of the layout
const CROWD = 1200; // edges from which they are left out while the drawing is moved
const SHAPES = { input: "rectangle", bias: "diamond", hidden: "ellipse", output: "hexagon" };
const SIGNS = {
  positive: { arrow: "triangle", line: "solid" },
  negative: { arrow: "tee", line: "solid" },
  zero: { arrow: "vee", line: "dotted" },
};

const all = edges.concat(left); // [pre, post, weight, bend, what else it carries, steps at which it left or came]
const own = edges.length ? edges : left;
const sizes = own.map((edge) => Math.abs(edge[2])).sort((a, b) => a - b);
const played = content.activity && content.activity.weights ? content.activity.weights.largest : 0;
const largest = Math.max(sizes.length ? sizes[sizes.length - 1] : 0, played) || 1;
const sign = (weight) => (weight > 0 ? "positive" : weight < 0 ? "negative" : "zero");
const share = (weight) => Math.min(Math.abs(weight) / largest, 1);
const width = (weight) => 0.6 + 4.4 * share(weight);

// Back from whether an edge is in the graph, each step at which it left or came turns it round.
const changes = all.map((edge) => edge[5] || []);
const thereAt = (k, step) => (k < edges.length) !== (changes[k].filter((one) => one > step).length % 2 === 1);
const leavesAt = (k, step) => changes[k].includes(step) && !thereAt(k, step);
const comesAt = (k, step) => changes[k].includes(step) && thereAt(k, step);
const logged = [...all.keys()].filter((k) => changes[k].length);
const anyLeft = logged.some((k) => changes[k].some((step) => leavesAt(k, step)));
const anyCame = logged.some((k) => changes[k].some((step) => comesAt(k, step)));

function nodeElement(node, place) {
  const [across, upwards] = node.side;
  return {
    data: { id: "n" + place, place, name: node.name, size: node.size || 36 },
    position: { x: SCALE * node.x, y: -SCALE * node.y },
    classes: `${node.role} across${across} upwards${upwards}`,
  };
}

function edgeElement(k) {
  const [pre, post, weight, bend] = all[k];
  const away = SCALE * Math.hypot(nodes[pre].x - nodes[post].x, nodes[pre].y - nodes[post].y);
  return {
    data: { id: "e" + k, k, source: "n" + pre, target: "n" + post, width: width(weight), bend: bend * away },
    classes: `${sign(weight)} ${pre === post ? "loop" : bend ? "bent" : "straight"}`,
  };
}

const order = [...all.keys()].sort((a, b) => Math.abs(all[a][2]) - Math.abs(all[b][2])); // the strongest on top

function look() {
  const colours = getComputedStyle(document.documentElement);
  const colour = (name) => colours.getPropertyValue("--" + name).trim();
  const opacity = Math.max(0.35, 0.9 - own.length / 6000);
  const style = [
    {
      selector: "node",
      style: {
        width: "data(size)", height: "data(size)", label: "data(name)", color: colour("ink"), "font-size": 14, "border-width": 1.5,
        "border-color": colour("ink"), "text-valign": "center", "text-halign": "center", "min-zoomed-font-size": 8,
        "overlay-opacity": 0,
      },
    },
    { selector: ".across1", style: { "text-halign": "right", "text-margin-x": 5 } },
    { selector: ".across-1", style: { "text-halign": "left", "text-margin-x": -5 } },
    { selector: ".upwards1", style: { "text-valign": "top", "text-margin-y": -4 } },
    { selector: ".upwards-1", style: { "text-valign": "bottom", "text-margin-y": 4 } },
    {
      selector: ".across1, .across-1, .upwards1, .upwards-1",
      style: { "text-outline-color": colour("paper"), "text-outline-width": 2.5 },
    },
    {
      selector: "edge",
      style: {
        width: "data(width)", opacity, "overlay-opacity": 0, "curve-style": "straight", "arrow-scale": 0.9,
        "target-distance-from-node": 2,
      },
    },
    {
      selector: ".bent",
      style: {
        "curve-style": "unbundled-bezier", "control-point-distances": "data(bend)", "control-point-weights": 0.5,
        "edge-distances": "node-position",
      },
    },
    { selector: ".loop", style: { "curve-style": "bezier", "loop-direction": "0deg", "loop-sweep": "-50deg" } },
  ];
  for (const [role, shape] of Object.entries(SHAPES))
    style.push({ selector: "." + role, style: { shape, "background-color": colour(role) } });
  for (const [name, { arrow, line }] of Object.entries(SIGNS))
    style.push({
      selector: "edge." + name,
      style: {
        "line-color": colour(name), "target-arrow-color": colour(name), "target-arrow-shape": arrow, "line-style": line,
      },
    });
  style.push(
    {
      selector: "edge.gone",
      style: {
        "line-color": colour("ghost"), "target-arrow-color": colour("ghost"), width: 1, "line-style": "dashed",
        opacity: 0.6, "z-index": -1,
      },
    },
    {
      selector: "edge.came",
      style: { "underlay-color": colour("came"), "underlay-opacity": 0.55, "underlay-padding": 4, opacity: 1 },
    },
    { selector: ".hide", style: { display: "none" } },
    { selector: "edge.near", style: { opacity: 1, "z-index": 9 } },
    { selector: "node.near", style: { "border-width": 4, "border-color": colour("chosen") } },
  );
  return style;
}

const cy = cytoscape({
  container: at("drawing"),
  elements: nodes.map(nodeElement).concat(order.map(edgeElement)),
  style: look(),
  layout: { name: "preset", fit: false },
  autoungrabify: true,
  boxSelectionEnabled: false,
  hideEdgesOnViewport: all.length >= CROWD,
  maxZoom: 4,
  minZoom: 0.02,
});
const drawn = all.map((_, k) => cy.getElementById("e" + k));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(look()));

// Cytoscape's own fit looks at every edge, which takes longer than all the rest.
function extent() {
  const across = nodes.flatMap(({ x, side }) => [x - 0.5 - 1.8 * (side[0] < 0), x + 0.5 + 1.8 * (side[0] > 0)]);
  const upwards = nodes.flatMap(({ y, side }) => [y - 0.5 - 0.5 * (side[1] < 0), y + 0.5 + 0.5 * (side[1] > 0)]);
  for (const [pre, post, , bend] of all) {
    const [a, b] = [nodes[pre], nodes[post]];
    across.push((a.x + b.x + bend * (b.y - a.y)) / 2);
    upwards.push(pre === post ? a.y + 1.6 : (a.y + b.y - bend * (b.x - a.x)) / 2);
  }
  const ends = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  return [ends(across), ends(upwards)];
}

function whole() {
  const [[left, right], [bottom, top]] = extent();
  const zoom = Math.min((cy.width() - 60) / (SCALE * (right - left)), (cy.height() - 60) / (SCALE * (top - bottom)), 1.8);
  const middle = { x: (zoom * SCALE * (left + right)) / 2, y: (-zoom * SCALE * (bottom + top)) / 2 };
  cy.viewport({ zoom, pan: { x: cy.width() / 2 - middle.x, y: cy.height() / 2 - middle.y } });
}

// What is drawn: edges at least as strong as one slider says, that are there at the other's step.
function redraw() {
  const place = Math.min(Math.floor((at("weak").value / 100) * sizes.length), sizes.length - 1);
  const least = at("weak").value > 0 ? sizes[place] : 0;
  const step = Number(at("log").value);
  const ghosts = at("ghosts").checked;
  let count = 0;
  cy.batch(() => {
    drawn.forEach((edge, k) => {
      const there = thereAt(k, step);
      const gone = !there && changes[k][0] <= step;
      const weak = Math.abs(all[k][2]) < least;
      count += there && !weak;
      const looks = { gone, came: there && changes[k].includes(step), hide: there ? weak : !(gone && ghosts) };
      for (const [name, on] of Object.entries(looks)) if (edge.hasClass(name) !== on) edge.toggleClass(name, on);
    });
    for (const node of cy.nodes(".late")) node.toggleClass("hide", lateStep.get(node.data("place")) <= step);
  });
  const strongest = least > 0 && content.weak > 0 ? "the strongest " : "";
  at("count").textContent = `${strongest}${counted(count)} of ${counted(numberAt(step))} ${content.neurons ? "pairs of populations" : "edges"} drawn`;
  at("weak-said").textContent = least > 0 ? `|w| ≥ ${short(least)}${content.weak > 0 ? "; at 0, none is hidden" : ""}` : "none hidden";
  at("weak").setAttribute("aria-valuetext", `${at("weak").value} %, ${at("weak-said").textContent}`);
  at("log-said").textContent = saidStep(step);
  at("log").setAttribute("aria-valuetext", at("log-said").textContent);
  markCurves(step > 0 && steps.epochs ? steps.epochs[step - 1] : 0);
  for (const cell of document.querySelectorAll("#metrics [data-step]")) cell.classList.toggle("now", Number(cell.dataset.step) === step);
}

// The line of each chart at the epoch that is shown.
function markCurves(epoch) {
  for (const line of document.querySelectorAll(".curve .mark")) {
    const [left, right, epochs] = ["left", "right", "epochs"].map((name) => Number(line.dataset[name]));
    const x = left + ((right - left) * (epoch - 1)) / Math.max(epochs - 1, 1);
    for (const end of ["x1", "x2"]) line.setAttribute(end, x);
    line.setAttribute("visibility", epoch > 0 ? "visible" : "hidden");
  }
}

const numberAt = (step) => (steps.edges ? steps.edges[step] : edges.length + content.undrawn[0] + steps.count - step);

function saidStep(step) {
  if (step === 0) return `before the first edge ${[...(anyLeft ? ["left"] : []), ...(anyCame ? ["came"] : [])].join(" or ")}`;
  const last = step === steps.count ? ", the graph as it is" : "";
  if (steps.epochs) {
    const more = content.undrawn[1] || content.undrawn[0] ? " of those drawn" : "";
    const number = (test) => counted(logged.filter((k) => test(k, step)).length);
    const moved = [...(anyLeft ? [`${number(leavesAt)} left`] : []), ...(anyCame ? [`${number(comesAt)} came`] : [])];
    return `after epoch ${steps.epochs[step - 1]}${last}: ${moved.join(", ")}${more}`;
  }
  return `${counted(step)} of ${counted(steps.count)} edges have left, lowest score first${last}`;
}

// Nodes that are not in the graph any more leave with their last edge.
const lateStep = new Map();
for (const [pre, post, , , , moved] of left)
  for (const place of [pre, post])
    if (nodes[place].late) lateStep.set(place, Math.max(moved[moved.length - 1], lateStep.get(place) || 0));
for (const place of lateStep.keys()) cy.getElementById("n" + place).addClass("late");

// The numbers of a neuron or an edge.
function list(title, facts) {
  const name = document.createElement("b");
  name.textContent = title;
  const rows = document.createElement("dl");
  for (const [term, value] of facts) {
    rows.append(document.createElement("dt"), document.createElement("dd"));
    rows.children[rows.children.length - 2].textContent = term;
    rows.lastElementChild.textContent = value;
  }
  at("facts").replaceChildren(name, rows);
}

function showNode(place) {
  const node = nodes[place];
  list(node.label, [
    ["role", node.late ? `${node.role}, has left the graph` : node.role],
    ["edges in", `${counted(node.in[0])}, of strength ${node.in[1]}`],
    ["edges out", `${counted(node.out[0])}, of strength ${node.out[1]}`],
    ...(node.bias === null ? [] : [["bias", exact(node.bias)]]),
    ...Object.entries(node.facts),
  ]);
}

function showEdge(k) {
  const [pre, post, weight, , more] = all[k];
  list(`${nodes[pre].label} → ${nodes[post].label}`, [["weight", exact(weight)], ...Object.entries(more)]);
}

function hint() {
  const words = document.createElement("p");
  words.className = "soft";
  words.textContent = `Point at a ${thing} or an edge for its numbers, or choose a ${thing} above. Drag to move, scroll to zoom.`;
  at("facts").replaceChildren(words);
}

function mark(elements) {
  cy.batch(() => {
    cy.$(".near").removeClass("near");
    elements.addClass("near");
  });
}

let held = null; // the edge that was clicked, until the next click

function chosen() {
  const place = at("neuron").value;
  if (place === "" && held !== null) {
    mark(drawn[held].union(drawn[held].connectedNodes()));
    return showEdge(held);
  }
  held = null;
  if (place === "") {
    mark(cy.collection());
    return hint();
  }
  const node = cy.getElementById("n" + place);
  mark(node.union(node.connectedEdges()));
  return showNode(Number(place));
}

cy.on("mouseover", "node", (event) => {
  mark(event.target.union(event.target.connectedEdges()));
  showNode(event.target.data("place"));
});
cy.on("mouseover", "edge", (event) => {
  mark(event.target.union(event.target.connectedNodes()));
  showEdge(event.target.data("k"));
});
cy.on("mouseout", "node, edge", chosen);
cy.on("tap", (event) => {
  const edge = event.target !== cy && event.target.isEdge();
  at("neuron").value = event.target !== cy && !edge ? String(event.target.data("place")) : "";
  held = edge ? event.target.data("k") : null;
  chosen();
});

function legend() {
  const row = (picture, words) => {
    const item = document.createElement("li");
    item.append(picture, words);
    at("legend").append(item);
  };
  const svg = (body) => {
    const picture = document.createElement("template");
    picture.innerHTML = `<svg width="34" height="18" viewBox="0 0 34 18" aria-hidden="true">${body}</svg>`;
    return picture.content.firstChild;
  };
  const outlines = {
    input: '<rect x="10" y="2" width="14" height="14"',
    bias: '<path d="M17 1l8 8-8 8-8-8z"',
    hidden: '<circle cx="17" cy="9" r="7.5"',
    output: '<path d="M13 2h8l4 7-4 7h-8l-4-7z"',
  };
  const heads = { positive: '<path d="M34 9l-8-4v8z"', negative: '<path d="M30 3h2v12h-2z"', zero: '<path d="M34 9l-6-3v6z"' };
  for (const [role, outline] of Object.entries(outlines)) {
    const count = nodes.filter((node) => node.role === role && !node.late).length;
    const words = content.neurons ? role : `${role} (${counted(count)})`;
    if (count) row(svg(`${outline} style="fill:var(--${role});stroke:var(--ink)"/>`), words);
  }
  for (const name of Object.keys(SIGNS)) {
    const count = edges.filter((edge) => sign(edge[2]) === name).length;
    const dots = name === "zero" ? "stroke-dasharray:2 3" : "";
    const line = `<path d="M2 9h26" style="stroke:var(--${name});stroke-width:2.5;${dots}"/>`;
    if (count) row(svg(`${line}${heads[name]} style="fill:var(--${name})"/>`), `${name} weight${content.undrawn[0] || content.neurons ? "" : ` (${counted(count)})`}`);
  }
  const faint = "stroke:var(--ghost);stroke-width:1.5;stroke-dasharray:4 3";
  if (anyCame) row(svg('<path d="M2 9h30" style="stroke:var(--came);stroke-width:10;opacity:0.55"/><path d="M2 9h30" style="stroke:var(--ink);stroke-width:1.5"/>'), "came in the epoch that is shown");
  if (anyLeft) row(svg(`<path d="M2 9h30" style="${faint}"/>`), "has left, and stays in grey");
  for (const part of edges.length ? [1, 0.25] : [])
    row(svg(`<path d="M2 9h30" style="stroke:var(--ink);stroke-width:${width(part * largest)}"/>`), `|w| = ${short(part * largest)}`);
}

at("kind").textContent = thing[0].toUpperCase() + thing.slice(1);
nodes.forEach((node, place) => at("neuron").add(new Option(node.label.slice(0, 80), place)));
at("log").max = steps.count;
at("log").value = steps.count;
at("log-row").hidden = !steps.count;
at("ghosts-row").hidden = !anyLeft;
at("log-kind").textContent = anyLeft && anyCame ? "Edges in time" : anyCame ? "Growth" : "Pruning";
at("weak-row").hidden = !sizes.length;
at("weak").value = content.weak;
for (const id of ["weak", "log", "ghosts"]) at(id).addEventListener("input", redraw);
for (const head of document.querySelectorAll("#metrics th[data-step]"))
  head.addEventListener("click", () => {
    at("log").value = head.dataset.step;
    redraw();
  });
at("neuron").addEventListener("change", chosen);
at("whole").addEventListener("click", whole);
addEventListener("resize", () => requestAnimationFrame(() => (cy.resize(), whole()))); // Cytoscape looks later by itself
legend();
redraw();
hint();
whole();
