"""The library's messages in the words of the command: its options instead of arguments."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable

CHOSEN = {"rules": "--rule", "dynamics": "--dynamics", "growth": "--grower"}
"""Modules whose functions the command takes by name, and the option: ``rules.ep()`` is ``--rule ep``."""

WORDS: dict[str, str | Callable[[re.Match[str]], str]] = {
    # What an option chooses, with arguments.
    r"optimisers\.adam\(([^)]*)\)": r"--rate \1",
    r"dynamics\.additive\('(\w+)'\)": r"--dynamics \1",
    r"dynamics\.deep\(extra_leak=0\.3\)": "--dynamics deep",
    r"pruner is (\w+)\([^)]*\)": lambda found: f"--by is {found[1].lower()}",
    r"grower is growth\.(\w+)\(\)": r"--grower is \1",
    r"grower is (\w+)\([^)]*\)": lambda found: f"--grower is {found[1].lower()}",
    r"expected prune\(network, pruner, x, y\)": "expected --task NAME or --data FILE.csv",
    r"larger budget in certify\(\)": "larger --budget",
    r"certify\(\.\.\.,\s+budget=(\S+)\)": r"--budget \1",
    r"smaller beta": "smaller --beta",
    r"smaller learning rate": "smaller --rate",
    r"None for all (samples )?at once": "0 for all at once",
    r"(weight|normalise)=None": r"--\1 none",
    # Where these words are said in Python.
    r" in neurograph\.read, topologies\.from_graph and from_edges": "",
    r" \(in from_edges, nodes= adds nodes that no edge names\)": "",
    r"set graph\.nodes\[node\]\['role'\] = 'output', or name them, outputs=\[\.\.\.\]": "name them with --outputs",
    r"for which there is no dynamics": "for which none is named",
    r"set dynamics\['([^']*)'\] = neurograph\.dynamics\.additive\(\)": r"add \1=tanh to --dynamics",
    r"set graph\.nodes\[[^]]*\]\['population'\] = '[^']*'": "give it the attribute population in the file",
    r"such as graph\.nodes\[.*?\]\['position'\] = \(.*?\), for growth\.distance": "in the file, for distance",
    r"script\.py, or call torch\.distributed\.init_process_group before": (
        "-m neurograph.cli train --distributed, and the rest"
    ),
    r"neurograph\.train trains it in one process": "leave out --distributed to train it in one process",
    # What only Python can do, beside another remedy.
    r", network\.with_weights\(network\.weights / ([^)]*)\)": r", \1",
    r" or rules\.asymmetric_ep\(finite=True\)": "",
    r"train with keep=\S*, under which they always settle, or ": "",
    r", other candidates, or in training until=10, say, epochs": ", or other candidates",
    r", or pass throw=False to get the result as it is": "",
    r";\s+print\(report\[\"\w+\"\]\)\s+says\s+why": "",
    r", a numpy\.random\.Generator": "",
    r",? or None( to run every epoch)?\b": "",
}
"""Patterns of what speaks of Python, and what the command says instead."""


def in_options(message: str, options: argparse.Namespace) -> str:
    """Return a message with the options of the command that `options` were given to, in place of arguments.

    Examples
    --------
    >>> given = argparse.Namespace(spelled={"learning_rate": "--rate", "rule": "--rule"}, learning_rate=-1.0)
    >>> in_options("learning_rate is -1: expected > 0; or rule=rules.ep()", given)
    '--rate is -1: expected > 0; or --rule ep'
    """
    spelled = getattr(options, "spelled", {})
    for pattern, words in WORDS.items() if spelled else ():
        message = re.sub(pattern, words, message)
    for dest, option in spelled.items():
        if getattr(options, dest, None) is not None:  # else it is what the graph carries under this name
            message = re.sub(rf"(?<![\w.-])(a )?{dest}(?= (is|names|asks|says) \S)", option, message)
        message = re.sub(rf"(?<![\w.-]){dest} is None", f"{option} is not given", message)
        message = re.sub(rf"(?<![\w.-]){dest}=False", f"no {option}", message)
        message = re.sub(rf"(?<![\w.-]){dest}=(?=\w)", f"{option} ", message)
        message = re.sub(rf"(?<![\w.-]){dest}=(?= )", option, message)
        message = re.sub(rf"(?<![\w.-]){dest}=([\"'])(\w+)\1", rf"{option} \2", message)
        message = re.sub(rf"\b(no|leave) {dest}\b", rf"\1 {option}", message)
    for module, option in CHOSEN.items():
        message = re.sub(rf"({option} )?(neurograph\.)?\b{module}\.(\w+)\(\)", rf"{option} \3", message)
    return message
