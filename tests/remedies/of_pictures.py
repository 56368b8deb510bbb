"""Remedies in the messages about pictures of simulations, and of the command that makes one."""

from tests.remedies.of_others import command
from tests.remedies.row import Row

NETWORK = "network = ng.compile(small_graph(), dynamics.additive('tanh')); x = np.ones((1, 3, 1))"
OTHER = NETWORK + "; other = ng.simulate(small_network(), x, dt=0.1)"
PAGE = "ng.write_page(network, 'a.html', simulation={0}(network, x, dt=0.1))"
SIMULATE = "{}(network, x, dt=0.1, rule=rules.oja(), learning_rate=0.1, record_weights=1)"
PLANE = "ng.plots.phase_plane(network, {0}, nodes=('h', 'y'))"

PICTURES = [
    Row("ng.plots.activity(3)", {r"neurograph\.simulate": "ng.plots.activity({0}(network, x, dt=0.1))"}, NETWORK),
    Row("ng.write_page(network, 'a.html', simulation=3)", {r"neurograph\.simulate": PAGE}, NETWORK),
    Row(
        "ng.write_page(network, 'a.html', simulation=other)",
        {
            r"neurograph\.simulate": PAGE,
            r"simulation\.network": "simulation = other; ng.write_page({0}, 'a.html', simulation=simulation)",
        },
        OTHER,
    ),
    Row("ng.plots.plasticity(3)", {r"neurograph\.simulate": f"ng.plots.plasticity({SIMULATE.format('{0}')})"}, NETWORK),
    Row(
        "ng.plots.plasticity(other)",
        {r"neurograph\.simulate\(network, x, .*\)": "ng.plots.plasticity({0})"},
        OTHER,
    ),
    *(
        Row(
            f"ng.plots.plasticity(simulation, edges={wrong})",
            {r"simulation\.network\.edges": "ng.plots.plasticity(simulation, edges={0}[:2])"},
            f"{NETWORK}; simulation = {SIMULATE.format('ng.simulate')}",
        )
        for wrong in ("'h'", "[('y', 'x')]")
    ),
    Row(PLANE.replace("{0}", "3"), {r"neurograph\.simulate": PLANE.replace("{0}", "{0}(network, x, dt=0.1)")}, NETWORK),
    Row(
        PLANE.replace("{0}", "other"),
        {r"(neurograph\.simulate\(network)\)": PLANE.replace("{0}", "{0}, x, dt=0.1)")},
        OTHER,
    ),
    Row(
        "ng.plots.phase_plane(network, nodes=('h',))",
        {r"network\.nodes": "ng.plots.phase_plane(network, nodes=({0}[1], {0}[2]))"},
        NETWORK,
    ),
    Row(
        "ng.plots.phase_plane(network, nodes=('h', 'z'))",
        {r"network\.nodes": "ng.plots.phase_plane(network, nodes=({0}[1], {0}[2]))"},
        NETWORK,
    ),
    command(
        "simulate net.json -o states.npz",
        {r"(--input) FILE\.csv": "command('simulate net.json {0} x.csv -o states.npz')"},
        "with open('x.csv', 'w') as file: file.write('x\\n0\\n1\\n')",
    ),
]
