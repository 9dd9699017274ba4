"""What calls use is counted once, to the last token and digit."""

import copy
import os
import pickle
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from importlib.util import find_spec
from multiprocessing import get_context

import pytest
from egp_api.models import ChatCompletion

from egp import APIError, Client, EGPError, StreamInterruptedError
from egp.prices import ListPrices, Price, PriceTable
from egp.usage import Usage, UsageMeter, usage_of

PRICES = {
    "openai/gpt-4o": Price("2.50", "10.00", cached_input="1.25"),
    "openai/gpt-4o-audio": Price("2.5", "10", input_audio="40", output_audio="80"),
    "anthropic/claude": Price("3", "15", cached_input="0.30", cache_write="3.75"),
}
needs_list = pytest.mark.skipif(find_spec("genai_prices") is None, reason="needs the extra `cost`")


def answer(usage, **fields):
    body = {"id": "c", "created": 1_764_000_000, "model": "m", "choices": [], **fields}
    return ChatCompletion.from_dict(body if usage is ... else {**body, "usage": usage})


def generated_answers(seed, count):
    """Answers as services give them: cached, reasoning, audio, details that are missing or null, no usage."""
    chance = random.Random(seed)
    for _ in range(count):
        prompt, text = chance.randrange(5000), chance.randrange(2000)
        usage = {"prompt_tokens": prompt, "completion_tokens": text, "total_tokens": prompt + text}
        cached, audio = chance.randrange(prompt // 2 + 1), chance.randrange(prompt // 2 + 1)
        usage["prompt_tokens_details"] = chance.choice(
            [
                None,
                {},
                {"cached_tokens": cached},
                {"cached_tokens": cached, "audio_tokens": audio},
                {"cached_tokens": None},
            ]
        )
        usage["completion_tokens_details"] = chance.choice(
            [None, {}, {"reasoning_tokens": text // 2}, {"audio_tokens": text // 3, "reasoning_tokens": None}]
        )
        for name in ("prompt_tokens_details", "completion_tokens_details"):
            if chance.random() < 0.2:
                del usage[name]
        model = chance.choice([*PRICES, "acme/unknown"])
        yield model, chance.choice([..., None, usage, usage, usage, usage, usage, usage])


def oracle(answers):
    """The sums, from the JSON alone."""
    cost, unpriced, unknown = Decimal(0), 0, 0
    sums = dict.fromkeys(("input", "cached", "audio_in", "output", "reasoning", "audio_out"), Decimal(0))
    for model, usage in answers:
        if usage in (..., None):
            unknown += 1
            unpriced += 1
            continue
        prompt = usage.get("prompt_tokens_details") or {}
        text = usage.get("completion_tokens_details") or {}
        counts = {
            "input": usage["prompt_tokens"],
            "cached": prompt.get("cached_tokens") or 0,
            "audio_in": prompt.get("audio_tokens") or 0,
            "output": usage["completion_tokens"],
            "reasoning": text.get("reasoning_tokens") or 0,
            "audio_out": text.get("audio_tokens") or 0,
        }
        for kind, tokens in counts.items():
            sums[kind] += tokens
        if model not in PRICES:
            unpriced += 1
        elif model == "openai/gpt-4o":
            plain = counts["input"] - counts["cached"]
            cost += (plain * Decimal("2.5") + counts["cached"] * Decimal("1.25")) / 10**6
            cost += counts["output"] * Decimal("0.00001")
        elif model == "openai/gpt-4o-audio":
            cost += (counts["input"] - counts["audio_in"]) * Decimal("0.0000025")
            cost += counts["audio_in"] * Decimal("0.00004")
            cost += (counts["output"] - counts["audio_out"]) * Decimal("0.00001")
            cost += counts["audio_out"] * Decimal("0.00008")
        else:
            cost += (counts["input"] - counts["cached"]) * Decimal("0.000003")
            cost += counts["cached"] * Decimal("0.0000003") + counts["output"] * Decimal("0.000015")
    return sums, cost, unpriced, unknown


def test_a_thousand_answers_add_up_to_the_last_digit():
    answers = list(generated_answers(20261125, 1000))
    meter = UsageMeter(PriceTable(PRICES))

    for model, usage in answers:
        meter.record_answer(answer(usage), model=model)

    sums, cost, unpriced, unknown = oracle(answers)
    total = meter.total
    assert total.requests == 1000
    assert total.requests_without_usage == unknown
    assert {
        "input": total.input_tokens,
        "cached": total.cached_tokens,
        "audio_in": total.input_audio_tokens,
        "output": total.output_tokens,
        "reasoning": total.reasoning_tokens,
        "audio_out": total.output_audio_tokens,
    } == sums
    assert total.known_cost == cost
    assert total.unpriced_requests == unpriced
    assert total.cost is None
    assert sum(meter.by_model.values(), Usage()) == total


@pytest.mark.parametrize(
    ("usage", "known", "counts"),
    [
        (..., False, (0, 0)),
        (None, False, (0, 0)),
        ({}, False, (0, 0)),
        ({"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}, True, (3, 2)),
        ({"prompt_tokens": 3, "total_tokens": 5}, True, (3, 2)),
        ({"completion_tokens": 2, "total_tokens": 5}, True, (3, 2)),
        ({"prompt_tokens": 3}, False, (3, 0)),
        ({"prompt_tokens": 3.0, "completion_tokens": 2}, True, (3, 2)),
        ({"prompt_tokens": "3", "completion_tokens": True}, False, (0, 0)),
        ({"prompt_tokens": -1, "completion_tokens": float("nan")}, False, (0, 0)),
        ("much", False, (0, 0)),
    ],
)
def test_what_is_missing_is_unknown_and_not_zero(usage, known, counts):
    usage = usage_of(answer(usage).usage)

    assert usage.tokens_are_known is known
    assert (usage.input_tokens, usage.output_tokens) == counts


def test_tokens_written_to_a_cache_are_found_under_the_names_of_vendors():
    named = {"prompt_tokens": 10, "completion_tokens": 0, "cache_creation_input_tokens": 4}
    detailed = {
        "prompt_tokens": 10,
        "completion_tokens": 0,
        "prompt_tokens_details": {"cache_creation_tokens": 4},
    }

    assert [usage_of(each).cache_write_tokens for each in (named, detailed)] == [4, 4]


def test_tokens_read_from_a_cache_are_found_under_the_names_of_vendors():
    whole = {"prompt_tokens": 10, "completion_tokens": 0}
    named = {**whole, "cache_read_input_tokens": 4, "prompt_tokens_details": {"cached_tokens": 0}}
    detailed = {**whole, "prompt_tokens_details": {"cached_tokens": 4}}

    assert [usage_of(each).cached_tokens for each in (named, detailed)] == [4, 4]


def test_an_answer_without_a_price_makes_the_cost_unknown():
    meter = UsageMeter(PriceTable(PRICES))
    tokens = {"prompt_tokens": 1_000_000, "completion_tokens": 0}

    meter.record_answer(answer(tokens), model="openai/gpt-4o")
    assert meter.total.cost == Decimal("2.5")

    meter.record_answer(answer(tokens), model="acme/unknown")
    assert meter.total.cost is None
    assert (meter.total.known_cost, meter.total.unpriced_requests) == (Decimal("2.5"), 1)


def test_a_meter_without_prices_knows_no_cost():
    meter = UsageMeter()

    meter.record_answer(answer({"prompt_tokens": 1, "completion_tokens": 1}), model="m")

    assert meter.total.cost is None


def test_usage_is_kept_by_model_and_service_tier():
    meter = UsageMeter()
    tokens = {"prompt_tokens": 1, "completion_tokens": 1}

    meter.record_answer(answer(tokens), model="m")
    meter.record_answer(answer(tokens, service_tier="flex"), model="m")

    assert {tuple(key) for key in meter.by_key} == {("m", None), ("m", "flex")}
    assert meter.by_model["m"].requests == 2


def test_an_aborted_stream_is_an_estimate_apart_from_the_counts():
    meter = UsageMeter(PriceTable(PRICES))
    message = {"role": "assistant", "content": "eight ch"}
    partial = answer(..., choices=[{"index": 0, "message": message, "finish_reason": None}])

    meter.record_aborted(partial, model="openai/gpt-4o")
    meter.record_aborted(None, model="openai/gpt-4o")

    total = meter.total
    assert (total.aborted_streams, total.estimated_output_tokens) == (2, 2)
    assert (total.requests, total.total_tokens, total.cost, total.unpriced_requests) == (0, 0, None, 2)


def test_what_is_no_usage_is_refused_and_not_counted():
    meter = UsageMeter()
    reported = answer({"prompt_tokens": 3, "completion_tokens": 4}).usage

    with pytest.raises(EGPError, match=r"must be an egp\.usage\.Usage, got CompletionUsage: pass usage_of"):
        meter.add("m", reported)
    meter.add("m", usage_of(reported))

    assert meter.total.requests == 1


def test_a_part_counts_for_the_whole():
    meter = UsageMeter()
    first, second = meter.part(), meter.part()

    first.add("m", Usage(requests=1))
    second.part().add("m", Usage(requests=2))

    assert [each.total.requests for each in (first, second, meter)] == [1, 2, 3]


def test_reset_takes_what_was_counted():
    meter = UsageMeter()
    meter.add("m", Usage(requests=1))

    taken = meter.reset()

    assert (taken.total.requests, meter.total.requests) == (1, 0)


def test_threads_may_share_a_meter():
    meter = UsageMeter()

    def count():
        for _ in range(500):
            meter.add("m", Usage(requests=1, input_tokens=2))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert meter.total == Usage(requests=4000, input_tokens=8000)


def counted_elsewhere(meter):
    meter.add("m", Usage(requests=1))
    return meter


def test_meters_of_processes_add():
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        theirs = pool.submit(counted_elsewhere, UsageMeter(PriceTable(PRICES))).result()
    ours = UsageMeter()
    ours.add("n", Usage(requests=2))

    both = ours + theirs

    assert both.by_model == {"m": Usage(requests=1), "n": Usage(requests=2)}


def test_a_meter_is_copied_with_its_counts():
    meter = UsageMeter()
    meter.add("m", Usage(requests=1))

    for copied in (copy.deepcopy(meter), pickle.loads(pickle.dumps(meter))):
        copied.add("m", Usage(requests=1))
        assert (copied.total.requests, meter.total.requests) == (2, 1)


def test_a_price_is_no_float():
    with pytest.raises(TypeError, match="write it as a str"):
        Price(0.1, "1")


@pytest.mark.parametrize("amount", ["a", "1,5", "NaN", "Infinity", "-1", -1, None, b"1", object()])
def test_a_price_is_a_number_that_is_not_negative(amount):
    with pytest.raises(EGPError, match=r"not negative, such as '0\.15'"):
        Price(amount, "1")


@pytest.mark.parametrize(
    "made",
    [
        lambda: PriceTable({"m": "1"}),
        lambda: PriceTable({}, otherwise=3),
        lambda: UsageMeter({"m": Price("1", "1")}),
    ],
)
def test_what_knows_no_price_is_refused_before_an_answer_is_paid_for(made):
    with pytest.raises(EGPError, match="must"):
        made()


def test_an_answer_is_not_lost_where_its_price_cannot_be_told(make_client, egp_server, caplog):
    class Failing:
        def price(self, model, usage, *, at=None, service_tier=None):
            raise KeyError(model)

    modal = make_client(egp_server.url, usage=UsageMeter(Failing()))

    completion = create(modal)

    assert completion.choices
    assert (modal.client.usage.total.requests, modal.client.usage.total.cost) == (1, None)
    assert "price of an answer of m" in caplog.text


@needs_list
def test_list_prices_find_the_vendor_in_the_name_of_the_model():
    tokens = Usage(requests=1, input_tokens=1000, cached_tokens=200, output_tokens=100)

    assert ListPrices().price("openai/gpt-4o", tokens) == Decimal("0.00325")
    assert ListPrices().price("gpt-4o", tokens) == Decimal("0.00325")


@needs_list
@pytest.mark.parametrize("model", ["openai/no-such-model", "acme/gpt-4o", ""])
def test_list_prices_do_not_know_every_model(model):
    assert ListPrices().price(model, Usage(input_tokens=1)) is None


@needs_list
def test_a_table_of_ones_own_wins_over_list_prices():
    prices = PriceTable({"openai/gpt-4o": Price("1", "1")}, otherwise=ListPrices())
    tokens = Usage(input_tokens=1_000_000)

    assert prices.price("openai/gpt-4o", tokens) == 1
    assert prices.price("openai/gpt-4o-mini", tokens) == Decimal("0.15")


def test_without_the_extra_list_prices_name_it():
    program = (
        "import sys; sys.modules['genai_prices'] = None\n"
        "import egp\nfrom egp.prices import ListPrices\n"
        "try: ListPrices()\nexcept egp.EGPError as error: print(error)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert 'pip install "egp-client[cost]"' in done.stdout


MESSAGES = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def metered(make_client, egp_server):
    """A client of either kind that has a meter, and makes calls."""
    return make_client(egp_server.url, usage=UsageMeter(PriceTable({"m": Price("1", "1")})))


def create(modal, **keywords):
    return modal.run(modal.client.chat.completions.create, **{"model": "m", "messages": MESSAGES, **keywords})


def test_a_client_counts_nothing_unless_asked(make_client, egp_server):
    assert make_client(egp_server.url).client.usage is None


def test_a_whole_answer_is_counted_once(metered, egp_server):
    completion = create(metered)

    total = metered.client.usage.total
    assert total.requests == 1
    assert total.total_tokens == completion.usage.total_tokens > 0
    assert total.cost == Decimal(total.total_tokens) / 10**6
    assert list(metered.client.usage.by_model) == ["m"]


def test_a_raw_response_is_counted_whether_it_is_parsed_or_not(metered, egp_server):
    response = metered.run(
        metered.client.chat.completions.with_raw_response.create, model="m", messages=MESSAGES
    )
    response.parse()
    response.parse()

    assert metered.client.usage.total.requests == 1


@pytest.mark.parametrize("include_usage", [True, False])
def test_a_stream_is_counted_at_its_end(include_usage, metered, egp_server):
    stream = create(metered, stream=True, stream_options={"include_usage": include_usage})
    assert metered.client.usage.total.requests == 0

    metered.run(stream.get_final_completion)
    metered.run(stream.close)

    total = metered.client.usage.total
    assert (total.requests, total.aborted_streams) == (1, 0)
    assert (total.total_tokens > 0) is include_usage
    assert total.tokens_are_known is include_usage


def test_a_stream_that_is_closed_before_its_end_is_an_estimate(metered, egp_server):
    egp_server.reply("one two three four five")
    stream = create(metered, stream=True)

    metered.run(stream._advance)
    metered.run(stream._advance)
    metered.run(stream.close)

    total = metered.client.usage.total
    assert (total.requests, total.aborted_streams, total.cost) == (0, 1, None)
    assert total.estimated_output_tokens > 0


def test_a_stream_that_breaks_is_an_estimate(metered, egp_server):
    egp_server.reply("one two three", cut_after=3, end="close")
    stream = create(metered, stream=True)

    with pytest.raises(StreamInterruptedError):
        metered.run(stream.get_final_completion)

    assert metered.client.usage.total.aborted_streams == 1


def test_failures_and_retries_are_counted(metered, egp_server):
    egp_server.fail(500)
    create(metered)
    egp_server.fail(400)
    with pytest.raises(APIError):
        create(metered)

    total = metered.client.usage.total
    assert (total.requests, total.retries, total.failures) == (1, 1, 1)


def test_an_answer_that_cannot_be_read_is_a_failure(metered, egp_server):
    egp_server.reply(b"no JSON", headers={"content-type": "application/json"})

    with pytest.raises(APIError):
        create(metered)

    assert (metered.client.usage.total.requests, metered.client.usage.total.failures) == (0, 1)


def test_a_copy_of_a_client_may_have_a_part_of_the_meter(metered, egp_server):
    part = metered.client.usage.part()

    create(metered.with_options(usage=part))
    create(metered)

    assert (part.total.requests, metered.client.usage.total.requests) == (1, 2)


def test_what_is_no_meter_is_refused():
    with pytest.raises(EGPError, match="UsageMeter"):
        Client(api_key="k", usage=True)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_while_another_thread_adds_up_leaves_a_meter_that_is_whole():
    class Slow(int):
        def __radd__(self, other):
            is_adding.set()
            time.sleep(0.2)
            return other + int(self)

    is_adding = threading.Event()
    meter = UsageMeter()
    meter.add("m", Usage(requests=Slow(3)))
    thread = threading.Thread(target=lambda: meter.total)
    thread.start()
    is_adding.wait(20)

    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(20)
        os._exit(meter.total.requests)
    thread.join()

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == meter.total.requests == 3
