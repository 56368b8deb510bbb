
// Activity over time: each node in the colour of its state, at the frame that a slider chooses.
const LEVELS = 32767; // whole numbers from -LEVELS to LEVELS stand for states; one below is no state
const FRAME = 60; // milliseconds of a frame
const { times, step, signed, scale, unit, words } = content.activity;
const largestState = content.activity.largest;
const bytes = Uint8Array.from(atob(content.activity.states), (letter) => letter.charCodeAt(0));
const levels = new Int16Array(bytes.buffer); // frame by frame, the nodes in their order
const moved = nodes.map((_, place) => place).filter((place) => levels[place] >= -LEVELS);
const nodeAt = nodes.map((_, place) => cy.getElementById("n" + place));

// Roles keep their shapes; their colours give way to the states.
for (const role of Object.keys(SHAPES)) document.documentElement.style.setProperty("--" + role, "var(--rest)");

const mixed = (from, to, part) => from.map((one, k) => Math.round(one + part * (to[k] - one)));
function colours() {
  const found = getComputedStyle(document.documentElement);
  return ["negative", "rest", "positive"].map((name) => {
    const digits = found.getPropertyValue("--" + name).trim();
    return [1, 3, 5].map((place) => parseInt(digits.slice(place, place + 2), 16));
  });
}

let ground = colours();
function colourOf(part) {
  const [negative, rest, positive] = ground;
  return `rgb(${mixed(rest, part < 0 ? negative : positive, Math.abs(part)).join(",")})`;
}

// Synapses that learn: the weights of the edges whose weights change, frame by frame.
const learning = content.activity.weights || { edges: [], values: "" };
const weightsThen = new Float32Array(Uint8Array.from(atob(learning.values), (letter) => letter.charCodeAt(0)).buffer);

function showWeights(frame) {
  learning.edges.forEach((k, place) => {
    const weight = weightsThen[frame * learning.edges.length + place];
    for (const name of Object.keys(SIGNS)) drawn[k].toggleClass(name, name === sign(weight));
    drawn[k].data("width", width(weight));
    all[k][2] = Number(short(weight));
  });
}

function showFrame() {
  const frame = Number(at("time").value);
  cy.batch(() => {
    showWeights(frame);
    for (const place of moved) {
      const level = levels[frame * nodes.length + place];
      const state = (level / LEVELS) * largestState;
      nodeAt[place].style("background-color", colourOf(Math.max(-1, Math.min(state / scale, 1))));
      nodes[place].facts[`${unit} now`] = short(state);
    }
  });
  at("time-said").textContent = `${step} ${times[frame]} of ${times[times.length - 1]}`;
  at("time").setAttribute("aria-valuetext", at("time-said").textContent);
  if (at("neuron").value !== "" || held !== null) chosen();
}

let clock = null;

function pause() {
  clearInterval(clock);
  clock = null;
  at("play").textContent = "Play";
}

function play() {
  if (clock !== null) return pause();
  if (Number(at("time").value) === times.length - 1) at("time").value = 0;
  showFrame();
  at("play").textContent = "Pause";
  clock = setInterval(() => {
    at("time").value = Number(at("time").value) + 1;
    showFrame();
    if (Number(at("time").value) === times.length - 1) pause();
  }, FRAME);
}

function recolour() {
  ground = colours();
  cy.style(look());
  const ramp = at("ramp");
  ramp.replaceChildren();
  for (const place of [0, 0.5, 1]) {
    const stop = document.createElementNS("http://www.w3.org/2000/svg", "stop");
    stop.setAttribute("offset", place);
    stop.setAttribute("stop-color", colourOf(signed ? 2 * place - 1 : place));
    ramp.append(stop);
  }
  const paper = getComputedStyle(document.documentElement).getPropertyValue("--paper").trim();
  cy.nodes().style({ "text-outline-color": paper, "text-outline-width": 2 }); // names are read on any colour
  showFrame();
}

const ends = [signed ? -scale : 0, signed ? 0 : scale / 2, scale].map(short);
ends.forEach((end, k) => (at("scale").querySelectorAll("text")[k].textContent = end));
at("scale").setAttribute("aria-label", `Colours of the ${unit}, from ${ends[0]} to ${ends[2]}`);
at("activity-said").textContent = words;
at("time").max = times.length - 1;
at("time").addEventListener("input", showFrame);
at("play").addEventListener("click", play);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
recolour();
