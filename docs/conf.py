"""The site: `make docs` builds it from the guide, the examples, the models and the docstrings."""

import importlib.util
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]  # what stands here, and models, which are not installed

import gallery_pages
import reference_pages

import neurograph as ng

reference_pages.write(HERE / "reference")

project = "neurograph"
author = "The neurograph authors"
copyright = author
release = version = ng.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.mathjax",
    "numpydoc",
    "myst_nb",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
root_doc = "index"
templates_path = ["_templates"]
exclude_patterns = ["gallery/*.ipynb", "gallery/torch/*.ipynb", "models/*.ipynb", "inventories"]

# What other projects call their things; each list is of the project's own inventory. Nothing is fetched.
intersphinx_mapping = {
    name: (address, str(HERE / "inventories" / f"{name}.txt"))
    for name, address in {
        "python": "https://docs.python.org/3/",
        "numpy": "https://numpy.org/doc/stable/",
        "scipy": "https://docs.scipy.org/doc/scipy/",
        "networkx": "https://networkx.org/documentation/stable/",
        "scikit-learn": "https://scikit-learn.org/stable/",
        "brian2": "https://brian2.readthedocs.io/en/stable/",
    }.items()
}

autosummary_ignore_module_all = False
autodoc_typehints = "none"  # numpydoc's sections say it in words
numpydoc_show_class_members = False  # the template of a class lists those that have words of their own

# The cells of the guide run as the site is built, each page in a kernel and a folder of its own.
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
# Of an error that is shown on purpose the message alone, without the lines and paths that led to it.
PROFILE = HERE.parent / "build" / "ipython" / "profile_default"
PROFILE.mkdir(parents=True, exist_ok=True)
(PROFILE / "ipython_config.py").write_text(
    'get_config().InteractiveShell.xmode = "Minimal"\nget_config().IPKernelApp.log_level = "ERROR"\n'
)
os.environ["IPYTHONDIR"] = str(PROFILE.parent)
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

sphinx_gallery_conf = {
    "examples_dirs": gallery_pages.copied("examples", "models"),
    "gallery_dirs": ["gallery", "models"],
    "filename_pattern": gallery_pages.RUN,
    "ignore_pattern": r"(__init__|digits_table|expected)\.py$",
    "within_subsection_order": "gallery_pages.place",
    "image_scrapers": ("gallery_pages.scraper",),
    "reset_argv": "gallery_pages.quick_form",
    "ignore_repr_types": r"Figure'",  # which the scraper takes
    "parallel": 2,
    "default_thumb_file": str(HERE / "demo.png"),
    "remove_config_comments": True,
    "backreferences_dir": "gallery/backreferences",
    "doc_module": ("neurograph",),
    "reference_url": {"neurograph": None},
    "write_computation_times": False,
    "show_signature": False,
    "download_all_examples": False,
}

html_theme = "pydata_sphinx_theme"
html_title = "neurograph"
html_copy_source = False
html_theme_options = {
    "logo": {"text": "neurograph"},
    "header_links_before_dropdown": 4,
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
}
html_sidebars = {"index": [], "results": [], "contributing": [], "changelog": []}
# All of MathJax that the pages need is this file, whose output is SVG: no fonts, and no request to others.
MATHJAX = Path(importlib.util.find_spec("sphinx-mathjax-offline").submodule_search_locations[0]) / "static/mathjax"
html_static_path = ["_static", str(MATHJAX / "tex-svg.js")]
mathjax_path = "tex-svg.js"
html_css_files = ["site.css"]
