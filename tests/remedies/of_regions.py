"""Remedies in the messages about regions of inputs."""

from tests.remedies.row import Row

NETWORK = "network = ng.compile(small_graph(), dynamics.additive('relu')); x0 = [0.7]"
REGION = NETWORK + "; region = ng.characterise(network, x0, release=False)"
OTHER = REGION + "; other = ng.compile(small_graph(xh={'weight': 0.6}), dynamics.additive('relu'))"
CALL = "ng.characterise(network, x0, {0})"
ANEW = "[{0}(other, x0, release=False)]"
SEVERAL = (
    "network = ng.compile(small_graph(hy={'weight': 3.0}, yh={'weight': 3.0}, h={'bias': 0.1}, y={'bias': 0.1}), "
    "dynamics.vector_field()); x0 = [0.7]"
)
TWO = (
    "two = ng.compile(topologies.layered(2, (2,), 1, bias='neurons', seed=0), dynamics.vector_field()); "
    "two = certificates.contracting(0.2).project(two)"
)
ENDLESS = (
    "from neurograph.regions.units import Units; from neurograph.regions.bounds import range_over; "
    "from neurograph.certificates.deadline import Deadline; low, high = np.zeros(1), np.ones(1); "
    "one = dict(bias=0.1); graph = small_graph(hy={'weight': 0.5}, yh={'weight': 0.5}, h=one, y=one); "
    "network = ng.compile(graph, dynamics.additive('relu'))"
)
RANGE = "range_over(Units.of(network, low, high), low, high, None, Deadline(9.0))"
SMOOTH = "network = ng.compile(small_graph(), dynamics.additive('tanh')); x0 = [0.7]"
AGAIN = "network = ng.compile(small_graph(), {0}); ng.characterise(network, x0, release=False)"

REGIONS = [
    Row(
        "ng.characterise(network, x0, prove='decision')",
        {
            r"neurograph\.regions\.decision\(\)": CALL.replace("{0}", "prove={0}"),
            r"(bound\()\.\.\.": CALL.replace("{0}", "prove=ng.regions.{0}'y', least=0.0)"),
            r"(linear\()\.\.\.": CALL.replace("{0}", "prove=ng.regions.{0}{'y': 1.0}, 0.0)"),
        },
        NETWORK,
    ),
    Row(
        "ng.characterise(network, [3.0])",
        {
            r"domain=\(x0 - 0\.5, x0 \+ 0\.5\)": "x0 = np.array([3.0]); "
            "ng.characterise(network, x0, {0}, prove=ng.regions.bound('y', least=0.0))"
        },
        NETWORK,
    ),
    Row("ng.characterise(network, x0)", {r"neurograph\.dynamics\.additive\('relu'\)": AGAIN}, SMOOTH),
    Row(
        "ng.characterise(network, x0, budget=20.0)",
        {r"certificates\.contracting\(\)": "ng.characterise({0}.project(network), x0, release=False)"},
        SEVERAL,
    ),
    Row(
        RANGE,
        {
            r"dynamics\.additive\('clip'\)": "network = ng.compile(graph, {0}); " + RANGE,
            r"certificates\.contracting\(\) as (keep=) of (train\()\)": "keep = ng.certificates.contracting(); ng.{1}"
            "network, X, Y, {0}keep, epochs=1, seed=0)",
            r"certificates\.contracting\(\)": "{0}",
        },
        ENDLESS,
    ),
    Row(
        "region.halfspaces",
        {r"characterise\((\.\.\., )(release=)False\)": "ng.characterise(network, x0, {1}False).halfspaces  # {0}"},
        NETWORK + "; region = ng.characterise(network, x0, budget=5.0)",
    ),
    Row("region.recheck(other)", {r"neurograph\.characterise": ANEW}, OTHER),
    Row("ng.regions.union(region)", {r"neurograph\.characterise": "ng.regions.union(" + ANEW + ")"}, OTHER),
    Row("ng.plots.regions(3)", {r"neurograph\.characterise": "ng.plots.regions([{0}(two, [0.3, 0.6])], grid=5)"}, TWO),
    Row(
        "ng.write_page(network, 'x.html', regions=region)",
        {r"neurograph\.characterise": "ng.write_page(other, 'x.html', regions=" + ANEW + ")"},
        OTHER,
    ),
    Row(
        "ng.write_page(other, 'x.html', regions=[region])",
        {r"neurograph\.characterise": "ng.write_page(other, 'x.html', regions=" + ANEW + ")"},
        OTHER,
    ),
    Row(
        "ng.characterise(network, x0)",
        {r"(certify\()\)": "ng.{0}ng.compile(small_graph()))"},
        "adapting = ng.Dynamics('-s + relu(I - a)', variables={'a': 's - a'}); "
        "network = ng.compile(small_graph(), adapting); x0 = [0.7]",
    ),
]
