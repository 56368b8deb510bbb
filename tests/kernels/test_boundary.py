"""What the engine answers at its boundary: a named error or a right answer, whatever it is called with.

Calls that solvers and rules make are kept, and repeated with one or two arguments changed. A crash would end the whole
run; what is read or written beside an array is found where the C is checked at every access: ``make sanitize``.
``BOUNDARY_EXAMPLES=10000`` draws more calls than the suite has time for.
"""

import contextlib
import datetime
import functools
import math
import os
import signal

import numpy as np
import pytest
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.compression.ham import HAM, SHAM
from neurograph.compression.packed import PackedWeights
from neurograph.kernels import engine
from neurograph.kernels.equations import equations
from neurograph.kernels.program import program
from neurograph.kernels.rule_programs import online_programs
from tests.kernels.callers import drawn, in_time, of_two_variables, settled

EXAMPLES = int(os.environ.get("BOUNDARY_EXAMPLES", "300"))
FUNCTIONS = (
    "program", "euler", "gauss_seidel", "response", "evaluate", "tabulate", "take", "put", "transpose", "add_up",
    "within", "at_most", "log_shares", "products", "edge_sums", "unpack", "multiply", "decode", "stream", "sampler",
    "driven", "synapses",
)  # fmt: skip
REFUSALS = (TypeError, ValueError, OverflowError)
STEPS = {"euler": 9, "gauss_seidel": 11, "response": 13, "driven": 8}
"""Where the most steps of a phase stand among the arguments."""

WRITTEN = {
    "program": (), "euler": ((8,), (13, 8), (14, 2), (16,)), "gauss_seidel": ((18,),), "response": ((11,), (18,)),
    "evaluate": ((2,),), "tabulate": ((7,),), "take": ((2,),), "put": ((2,),), "transpose": ((2,),), "add_up": ((2,),),
    "within": (), "at_most": (), "log_shares": ((0,),),
    "products": ((5,),), "edge_sums": ((6,),), "unpack": ((7,), (8,), (9,)), "multiply": ((7,),),
    "decode": ((3,),), "stream": ((5,),),
    "sampler": ((11,), (12,)), "driven": ((11, 2), (12, 2), (14,)), "synapses": ((7,), (8,)),
}  # fmt: skip
"""Which arguments each function writes to: places in tuples in tuples."""

INDICES = [-(2**63), -(2**31), -1, 0, 1, 2, 5, 1000, 2**31 - 1, 2**40, 2**62, 2**63 - 1]
REALS = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1e-310, 1e38, -1e300, 3.0]
SCALARS = [None, *INDICES, 2**63, 2**200, *REALS, True, "1", b"1", (), [], np.zeros(2), np.float32(1.5), object()]
TYPES = ["f4", "f8", "i1", "i2", "i4", "i8", "u2", "u4", "u8", ">f8", ">i8", "c8", "?", "O", "S3", "f4,i8", "f2"]


@functools.cache
def calls():
    """Return one call of each kind that solvers, rules and packed weights make: (function, arguments)."""
    kept = []
    for cached in (program, equations, online_programs):  # or a test before this one has made some programs
        cached.cache_clear()
    original = {name: getattr(engine, name) for name in FUNCTIONS}

    def keeping(name):
        def call(*arguments):
            kept.append((name, tuple(copied(argument) for argument in arguments)))
            return original[name](*arguments)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in FUNCTIONS:
            patch.setattr(engine, name, keeping(name))
        dynamics = ng.Dynamics("(-s + sin(I + b) - s**3)/tau", transfer="s/(1 + exp(-s))", parameters={"tau": 2.0})
        for number in (np.float32, np.float64):
            for each in (dynamics, ng.dynamics.additive("tanh"), ng.dynamics.deep("absolute")):
                settled(each, number)
            of_two_variables(number)
            drawn(number)
            in_time(number)
        packed = PackedWeights.of(scipy.sparse.csr_array(np.round(np.random.default_rng(0).normal(size=(7, 9)))))
        packed.matrix()
        packed @ np.ones((9, 3))
        for coded in (HAM.of(packed.matrix()), SHAM.of(packed.matrix())):
            coded.matrix()
            coded @ np.ones((9, 3))
    return kept


def copied(value):
    """Return a value with arrays of its own, tuple in tuple; programs stay."""
    if isinstance(value, tuple):
        return tuple(copied(part) for part in value)
    return value.copy() if isinstance(value, np.ndarray) else value


def places(value, above=()):
    """Return the places of all parts of a value."""
    found = [above] if above else []
    if isinstance(value, tuple):
        for k, part in enumerate(value):
            found += places(part, (*above, k))
    return found


def part_at(value, place):
    for k in place:
        value = value[k]
    return value


def with_part(value, place, part):
    """Return a tuple in which what stands at a place is another."""
    if not place:
        return part
    parts = list(value)
    parts[place[0]] = with_part(parts[place[0]], place[1:], part)
    return tuple(parts)


def apart(array):
    """The same numbers, a gap behind each."""
    wide = np.zeros((*array.shape, 2), array.dtype)
    wide[..., 0] = array
    return wide[..., 0]


def askew(array):
    """The same numbers, at an address between those of numbers; of objects there is no such array."""
    if array.dtype.hasobject:
        return array
    return np.frombuffer(bytearray(b"?" + array.tobytes()), array.dtype, offset=1)


def read_only(array):
    array.flags.writeable = False
    return array


def changed_array(draw, array, arguments):
    """Draw another array, of other numbers, size, type or layout."""
    kind = draw(st.sampled_from(["number", "number", "number", "size", "type", "layout", "order", "other", "no array"]))
    if kind == "no array":
        return draw(st.sampled_from([*SCALARS, array.tobytes(), array.tolist(), memoryview(array.tobytes())]))
    if kind == "type":
        kinds = np.zeros(array.shape, draw(st.sampled_from(TYPES)))
        with np.errstate(all="ignore"):
            return array.astype(kinds.dtype) if kinds.dtype.kind in "fiub" and array.dtype.kind in "iub" else kinds
    if kind == "size":
        flat = array.ravel()
        return draw(
            st.sampled_from(
                [
                    flat[:-1].copy(),
                    flat[:0],
                    np.append(flat, flat[-1:]),
                    np.tile(flat, 2),
                    np.resize(flat, 100),
                    flat[:1],
                ]
            )
        )
    if kind == "layout":
        return draw(st.sampled_from([apart, askew, read_only, np.asfortranarray, lambda x: x[::-1], np.ravel]))(array)
    if kind == "order":
        return draw(st.sampled_from([np.sort(array, None)[::-1].copy(), np.roll(array, 1), np.zeros_like(array)]))
    if kind == "other":  # an argument in another's place, as itself: they share memory
        others = [part_at(arguments, place) for place in places(arguments)]
        return draw(st.sampled_from([other for other in others if isinstance(other, np.ndarray)]))
    if array.size and array.dtype.kind in "fiu":
        numbers = REALS if array.dtype.kind == "f" else INDICES
        number = draw(st.sampled_from([*numbers, array.size, array.size - 1]))
        place = draw(st.integers(0, array.size - 1)) if draw(st.booleans()) else slice(None)
        array = array.copy()
        with np.errstate(all="ignore"):
            array.reshape(-1)[place] = np.array([number]).astype(array.dtype)[0]
    return array


def changed(draw, part, arguments):
    """Draw what stands in for a part of the arguments."""
    if isinstance(part, np.ndarray):
        return changed_array(draw, part, arguments)
    if isinstance(part, tuple):
        other = [part[:-1], (*part, *part[-1:]), part[::-1], (), list(part), None, part[1:] + part[:1], 1, "tuple"]
        return draw(st.sampled_from(other))
    if type(part).__name__ == "PyCapsule" or part is None:
        return draw(st.sampled_from([*SCALARS, *programs(), *programs()]))
    return draw(st.sampled_from(SCALARS))


@functools.cache
def programs():
    """Return every program that is among the calls, and a capsule that is none."""
    found = {}
    for _, arguments in calls():
        for place in places(arguments):
            part = part_at(arguments, place)
            if type(part).__name__ == "PyCapsule":
                found[id(part)] = part
    return [*found.values(), datetime.datetime_CAPI]


def ending(name, arguments):
    """Return arguments that end soon: with fewer steps where many are asked for."""
    if name == "sampler" and len(arguments) > 9 and isinstance(arguments[9], tuple) and len(arguments[9]) == 4:
        spans = [min(span, 20) if isinstance(span, (int, float)) else span for span in arguments[9][1:3]]
        return with_part(arguments, (9,), (arguments[9][0], *spans, arguments[9][3]))
    place = STEPS.get(name)
    if place is None or len(arguments) <= place or not isinstance(arguments[place], int) or arguments[place] < 100:
        return arguments
    return with_part(arguments, (place,), 100)


@st.composite
def bad_calls(draw):
    """Draw a function and its arguments, one or two of which are changed."""
    name = draw(st.sampled_from(FUNCTIONS))
    known = [arguments for of, arguments in calls() if of == name]
    arguments = copied(draw(st.sampled_from(known)))
    for _ in range(draw(st.integers(1, 2))):
        where = draw(st.sampled_from(places(arguments)))
        arguments = with_part(arguments, where, changed(draw, part_at(arguments, where), arguments))
    return name, ending(name, arguments)


def read_by(name, arguments):
    """Return the arrays that a call must leave as they are."""
    arrays = {place: part_at(arguments, place) for place in places(arguments)}
    arrays = {place: part for place, part in arrays.items() if isinstance(part, np.ndarray) and part.dtype != object}
    written = [array for place, array in arrays.items() if any(place[: len(to)] == to for to in WRITTEN[name])]
    return [array for array in arrays.values() if not any(np.may_share_memory(array, other) for other in written)]


@contextlib.contextmanager
def at_most(seconds):
    """Stop what takes longer by a signal, as Ctrl-C would: neurons may be told to flip 1e300 times."""

    def stop(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(bad_calls())
def test_a_bad_call_is_refused_by_name_or_answered(call):
    name, arguments = call
    read = read_by(name, arguments)
    before = [array.tobytes() for array in read]
    with contextlib.suppress(*REFUSALS, TimeoutError), at_most(2.0):  # anything else is an error; a crash ends the run
        getattr(engine, name)(*arguments)
    assert [array.tobytes() for array in read] == before


def kept(name, where=lambda arguments: True):
    """Return the arguments of the first call of a function that fulfils a condition, and arrays of its own."""
    return next(copied(arguments) for of, arguments in calls() if of == name and where(arguments))


def recorded(arguments):
    return arguments[14] is not None


def refused(name, arguments, place, part, match):
    with pytest.raises((TypeError, ValueError), match=match):
        getattr(engine, name)(*with_part(arguments, place, part))


def test_results_are_neither_read_only_nor_parts_of_other_arguments():
    arguments = kept("euler")
    end, start = arguments[16][0], arguments[7][0]
    refused("euler", arguments, (16, 0), read_only(end.copy()), "end .*writable")
    refused("euler", arguments, (16, 0), start, "shares memory")
    n_steps = arguments[3][0][: end.shape[0]]
    refused("euler", arguments, (16, 2), n_steps, "shares memory")


def test_an_array_between_the_places_of_numbers_is_refused():
    arguments = kept("gauss_seidel")
    refused("gauss_seidel", arguments, (10, 3), askew(arguments[10][3]), "aligned")


@pytest.mark.parametrize("steps", [2**63 - 1, 2**62, 2**61])
def test_as_many_frames_as_no_number_counts_are_refused(steps):
    arguments = kept("euler", recorded)
    every = with_part(arguments, (14, 0), 1)
    refused("euler", every, (9,), steps, "not as the loop needs it|frames has")
    refused("euler", with_part(every, (14, 2), np.zeros(0, arguments[14][2].dtype)), (9,), steps, "loop|frames has")


@pytest.mark.parametrize("columns", [-1, 2**62, 2**63 - 1])
@pytest.mark.parametrize("name", ["euler", "gauss_seidel", "response"])
def test_as_many_outputs_as_no_number_counts_are_refused(name, columns):
    forced = {"euler": (7, 2), "gauss_seidel": (10, 2), "response": (9,)}[name]
    arguments = kept(name, lambda arguments: name == "response" or arguments[forced[0]][3].any())
    arguments = with_part(arguments, forced, np.zeros(0, arguments[1][2].dtype))
    refused(name, arguments, (2, 2), columns, "columns|target has|force has|output_column")


@pytest.mark.parametrize("steps", [0, -1, -(2**63)])
@pytest.mark.parametrize("name", STEPS)
def test_a_phase_without_steps_is_refused(name, steps):
    refused(name, kept(name), (STEPS[name],), steps, "lacks|needs|one step or more")


@pytest.mark.parametrize("threads", [-(2**63), -1, 0, 3, 64, 10**6, 2**63 - 1])
def test_any_number_of_threads_gives_the_same_answer(threads):
    one, other = kept("euler"), kept("euler")
    engine.euler(*with_part(one, (15,), 1))
    engine.euler(*with_part(other, (15,), threads))
    for expected, found in zip(one[16], other[16], strict=True):
        assert np.array_equal(expected, found)


@pytest.mark.parametrize("name", ["euler", "gauss_seidel", "response"])
def test_a_batch_of_none_is_answered(name):
    arguments = kept(name)
    if name == "response":
        samples = [(8,), (9,), (11,), *((18, k) for k in range(5))]
    else:
        result = 16 if name == "euler" else 18
        where = 7 if name == "euler" else 10
        samples = [(where, 0), (where, 2), (where, 3), *((result, k) for k in range(4))]
        samples += [(8,)] if name == "euler" else []
    for place in samples:
        arguments = with_part(arguments, place, part_at(arguments, place)[:0].copy())
    getattr(engine, name)(*arguments)


CODE = [3, 2, 0, 1, 0]  # multiply: registers 0 and 1 into 2


@pytest.mark.parametrize(
    ("code", "variables", "nodes", "prelude", "constants", "temporaries", "spread"),
    [
        ([CODE], 1, 1, 0, [], 0, []),  # a number a node that is not spread over lanes
        ([CODE], 1, 0, 0, [2.0], 0, [1]),  # a constant as a number a node
        ([CODE, [0, 3, 2, 2, 2]], 1, 1, 1, [], 1, [2]),  # a variable before there are rows
        ([CODE[:4]], 2, 0, 0, [], 0, []),
        ([], 2, 0, 0, [], 0, []),
        ([[99, 2, 0, 1, 0]], 2, 0, 0, [], 0, []),
        ([[3, 300, 0, 1, 0]], 2, 0, 0, [], 0, []),
        ([CODE], 2**31 - 1, 2**31 - 1, 0, [1.0], 2**31 - 1, []),
        ([CODE], -(2**31), 2, 0, [], 0, []),
        ([CODE], 2, 0, 0, [], -(2**31), []),
        ([CODE], 2, 0, 1, [], 0, []),
        ([CODE], 2, 0, -1, [], 0, []),
        ([CODE], 2, 0, 0, [], 0, [300] * 300),
    ],
)
def test_a_program_that_reads_what_is_not_there_is_refused(
    code, variables, nodes, prelude, constants, temporaries, spread
):
    with pytest.raises(ValueError, match="instructions whose registers exist"):
        engine.program(
            np.array(code, np.uint16), variables, nodes, prelude, np.array(constants, np.float64), temporaries,
            np.array(spread, np.uint16),
        )  # fmt: skip


@pytest.mark.parametrize("indptr", [[0, 3, 2], [0, 1, 2**40], [-1, 1, 2], [2**62, 2**62, 2**62]])
def test_rows_of_edges_that_fall_or_run_over_are_refused(indptr):
    arguments = kept("products")
    refused("products", arguments, (0,), np.array(indptr), "expected a row of samples")
    arguments = kept("euler")
    wrong = np.resize(np.array(indptr), arguments[3][0].size)
    refused("euler", arguments, (3, 0), wrong, "recurrent: indptr")


@pytest.mark.parametrize("number", REALS)
@pytest.mark.parametrize("name", ["euler", "gauss_seidel", "response"])
def test_any_numbers_are_answered(name, number):
    """By samples that have diverged, where nothing better is to be said."""
    arguments = kept(name)
    state = (8,) if name == "response" else (7, 0) if name == "euler" else (10, 0)
    with np.errstate(all="ignore"):
        part_at(arguments, state)[...] = number
        arguments[3][2][...] = number
    getattr(engine, name)(*arguments)
    assert set(arguments[-1][-1].tolist()) <= {engine.CONVERGED, engine.STEP_LIMIT, engine.DIVERGED}
