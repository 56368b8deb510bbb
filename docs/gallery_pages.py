"""What sphinx-gallery needs to know of the examples and the models."""

import ast
import shutil
from pathlib import Path
from typing import Any

from matplotlib import pyplot
from matplotlib.figure import Figure
from sphinx_gallery.scrapers import figure_rst

ROOT = Path(__file__).parent.parent

ORDER = (
    "your_own_graph", "edge_table", "your_own_neuron", "settles", "does_not_settle", "published_conditions",
    "minimises_an_energy", "balance", "plasticity", "fills_in_digits", "c_elegans", "reservoir", "spikes_beside_rates",
    "your_own_equations_in_brian2", "grid_on_a_cluster", "how_large",
)  # fmt: skip
"""The examples as they stand in the gallery: graphs and neurons, stability, learning, connectomes, Brian2, clusters."""

RUN = r"/(examples|models)/\w+\.py$"
"""Which scripts run: those of examples/torch do not, for the site is made without PyTorch."""


def place(name: str) -> tuple[int, str]:
    """Return what scripts are sorted by: models by their names."""
    stem = Path(name).stem
    return ORDER.index(stem) if stem in ORDER else len(ORDER), stem


def copied(*folders: str) -> list[str]:
    """Copy folders of the source into build/, and return where: sphinx-gallery runs a script in the folder it is in.

    A README would take the place of the header.
    """
    shutil.rmtree(ROOT / "build" / "gallery", ignore_errors=True)
    others = shutil.ignore_patterns("__pycache__", "README.md")
    return [str(shutil.copytree(ROOT / one, ROOT / "build" / "gallery" / one, ignore=others)) for one in folders]


def quick_form(gallery_conf: dict[str, Any], script_vars: dict[str, Any]) -> list[str]:
    """Return the arguments of a script: a model runs its quick form."""
    return ["--quick"] if Path(script_vars["src_file"]).parent.name == "models" else []


def scraper(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Save each figure that a cell made, and return what shows it: pyplot knows nothing of most of them.

    What the last line of a cell gives is ``___`` in its names.
    """
    taken, pictures = block_vars.setdefault("figures", []), []
    for one in block_vars["example_globals"].values():
        if isinstance(one, Figure) and not any(one is other for other in taken):
            taken.append(one)
            path = next(block_vars["image_path_iterator"])
            one.savefig(path)
            pyplot.close(one)
            text = described(one) or title(Path(block_vars["src_file"]))
            pictures.append(figure_rst([path], gallery_conf["src_dir"], text))
    return "".join(pictures)


def described(figure: Figure) -> str:
    """Return the titles in a figure, or else what its axes are labelled."""
    titles = [figure.get_suptitle(), *(ax.get_title(loc) for ax in figure.axes for loc in ("left", "center", "right"))]
    labels = [f"{ax.get_ylabel()} over {ax.get_xlabel()}" for ax in figure.axes if ax.get_ylabel() and ax.get_xlabel()]
    return ", ".join(filter(None, titles)) or ", ".join(labels)


def title(script: Path) -> str:
    """Return the title of a script."""
    return (ast.get_docstring(ast.parse(script.read_text("utf-8"))) or script.stem).splitlines()[0]
