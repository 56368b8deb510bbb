
// The neurons of a large graph: found by their labels, each drawn with its strongest partners.
const SHOWN = 30; // partners of a neuron that are drawn on a side
const LISTED = 40; // labels in a list
const neurons = content.neurons;
const { labels } = neurons;

function decoded(text, Kind) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let k = 0; k < raw.length; k++) bytes[k] = raw.charCodeAt(k);
  return new Kind(bytes.buffer);
}

const population = decoded(neurons.population, Int32Array);
const degrees = neurons.degrees.map((text) => decoded(text, Int32Array)); // in, out
const strengths = neurons.strengths.map((text) => decoded(text, Float32Array));
const biases = neurons.biases && decoded(neurons.biases, Float32Array);
const weights = decoded(neurons.weights, Float32Array);
const pres = decoded(neurons.pre, Int32Array);
const facts = Object.entries(neurons.facts).map(([name, { values, place }]) => [name, values, decoded(place, Int32Array)]);

// Edges come by their postsynaptic neuron: those into neuron j are begins[j] to begins[j + 1]. Those out of neuron i
// are at the places outs[starts[i]] to outs[starts[i + 1]], by a counting sort.
function cumulated(counts) {
  const sums = new Int32Array(labels.length + 1);
  for (let k = 0; k < labels.length; k++) sums[k + 1] = sums[k] + counts[k];
  return sums;
}

const begins = cumulated(decoded(neurons.into, Int32Array));
const posts = new Int32Array(pres.length);
for (let j = 0; j < labels.length; j++) posts.fill(j, begins[j], begins[j + 1]);
const sent = new Int32Array(labels.length);
for (const pre of pres) sent[pre]++;
const starts = cumulated(sent);
const outs = new Int32Array(pres.length);
const next = starts.slice();
pres.forEach((pre, k) => (outs[next[pre]++] = k));

const strongestFirst = (a, b) => Math.abs(weights[b]) - Math.abs(weights[a]);
const incoming = (j) => [...Array(begins[j + 1] - begins[j]).keys()].map((k) => begins[j] + k).sort(strongestFirst);
const outgoing = (i) => [...outs.subarray(starts[i], starts[i + 1])].sort(strongestFirst);

// Who is drawn around a neuron: on the left those that send to it, on the right those it sends to, above those that do
// both; and the edges among all of them that the page carries.
function neighbourhood(centre) {
  const into = incoming(centre).map((k) => pres[k]).filter((place) => place !== centre).slice(0, SHOWN);
  const out = outgoing(centre).map((k) => posts[k]).filter((place) => place !== centre).slice(0, SHOWN);
  const both = into.filter((place) => out.includes(place));
  const places = new Map([[centre, { x: 0, y: 0 }]]);
  const column = (members, x) =>
    members.forEach((place, k) => places.set(place, { x, y: 56 * (k - (members.length - 1) / 2) }));
  column(into.filter((place) => !both.includes(place)), -520);
  column(out.filter((place) => !both.includes(place)), 520);
  both.forEach((place, k) => places.set(place, { x: 120 * (k - (both.length - 1) / 2), y: -120 - 56 * Math.max(into.length, out.length) / 2 }));
  const among = [...places.keys()].flatMap((pre) => outgoing(pre).filter((k) => places.has(posts[k])));
  return { places, among };
}

function aroundElements(centre) {
  const { places, among } = neighbourhood(centre);
  const elements = [...places].map(([place, position]) => {
    const side = Math.sign(position.x);
    const lean = position.y < 0 && Math.abs(position.x) !== 520 ? 1 : 0;
    return {
      data: { id: "n" + place, place, name: labels[place].slice(0, 24), size: place === centre ? 48 : 30 },
      position,
      classes: `${nodes[population[place]].role} ${place === centre ? "near upwards-1" : lean ? "upwards1" : `across${side}`}`,
    };
  });
  const pairs = new Set(among.map((k) => `${pres[k]} ${posts[k]}`));
  for (const k of among) {
    const [pre, post] = [pres[k], posts[k]];
    const bent = pairs.has(`${post} ${pre}`);
    elements.push({
      data: {
        id: "e" + k, k, source: "n" + pre, target: "n" + post, bend: 24,
        width: 0.6 + 4.4 * Math.min(Math.abs(weights[k]) / (neurons.largest || 1), 1),
      },
      classes: `${sign(weights[k])} ${pre === post ? "loop" : bent ? "bent" : "straight"} ${pre === centre || post === centre ? "own" : "aside"}`,
    });
  }
  return elements;
}

let around = null;

function openNeuron(centre) {
  at("around").hidden = false;
  if (!around) {
    const style = () => look().concat({ selector: "edge.aside", style: { opacity: 0.2 } });
    around = cytoscape({
      container: at("around"), style: style(), autoungrabify: true, boxSelectionEnabled: false, maxZoom: 4, minZoom: 0.02,
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => around.style(style()));
    around.on("tap", "node", (event) => openNeuron(event.target.data("place")));
    around.on("mouseover", "node", (event) => neuronFacts(event.target.data("place")));
    around.on("mouseover", "edge", (event) => edgeFacts(event.target.data("k")));
    around.on("mouseout", "node, edge", () => neuronFacts(around.scratch("centre")));
  }
  around.scratch("centre", centre);
  around.elements().remove();
  around.add(aroundElements(centre));
  around.resize();
  around.fit(undefined, 40);
  neuronFacts(centre);
}

function neuronFacts(place) {
  const carried = begins[place + 1] - begins[place] + starts[place + 1] - starts[place];
  const all = degrees[0][place] + degrees[1][place];
  list(labels[place], [
    ["role", nodes[population[place]].role],
    ["population", nodes[population[place]].label],
    ["edges in", `${counted(degrees[0][place])}, of strength ${short(strengths[0][place])}`],
    ["edges out", `${counted(degrees[1][place])}, of strength ${short(strengths[1][place])}`],
    ...(carried < all ? [["in this page", `${counted(carried)} of ${counted(all)} edges`]] : []),
    ...(biases && !Number.isNaN(biases[place]) ? [["bias", short(biases[place])]] : []),
    ...facts.filter(([, values, at]) => values[at[place]] !== "").map(([name, values, at]) => [name, values[at[place]]]),
  ]);
}

function edgeFacts(k) {
  list(`${labels[pres[k]]} → ${labels[posts[k]]}`, [["weight", String(Number(weights[k].toPrecision(7)))]]);
}

function buttons(list, rows) {
  list.replaceChildren(
    ...rows.map(([words, place]) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words;
      button.addEventListener("click", () => openNeuron(place));
      item.append(button);
      return item;
    }),
  );
}

function find() {
  const sought = at("find").value.trim().toLowerCase();
  const [whole, parts] = [[], []]; // a label that is the whole word stands first, however late it comes
  for (let k = 0; sought && k < labels.length; k++) {
    const label = labels[k].toLowerCase();
    if (label === sought) whole.push([labels[k], k]);
    else if (parts.length < LISTED && label.includes(sought)) parts.push([labels[k], k]);
  }
  buttons(at("found"), whole.concat(parts).slice(0, LISTED));
}

// The neurons of a population, the strongest first.
function members(number) {
  const inside = [];
  population.forEach((one, place) => one === number && inside.push(place));
  const strength = (place) => strengths[0][place] + strengths[1][place];
  inside.sort((a, b) => strength(b) - strength(a));
  buttons(at("found"), inside.slice(0, LISTED).map((place) => [labels[place], place]));
}

cy.on("tap", "node", (event) => members(event.target.data("place")));
at("neuron").addEventListener("change", () => {
  at("around").hidden = true;
  if (at("neuron").value !== "") members(Number(at("neuron").value));
});
at("whole").addEventListener("click", () => {
  at("around").hidden = true;
  chosen();
});
at("find").addEventListener("input", find);
addEventListener("resize", () => around && requestAnimationFrame(() => around.fit(undefined, 40)));
buttons(at("strongest"), neurons.strongest.map(([pre, post, weight]) => [`${labels[pre]} → ${labels[post]}: ${short(weight)}`, pre]));
for (const words of neurons.said) {
  const line = document.createElement("p");
  line.textContent = words;
  at("said").append(line);
}
