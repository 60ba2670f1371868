from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from marketsim.market.sampling import agents_by_segment, allocate_agents, carriers
from marketsim.scenario.loading import load_scenario

PROVINCE = {"large": 990, "intensive": 510, "high_tech": 510, "sme": 9990, "commercial": 18000}
ENERGY = {"large": 1980e3, "intensive": 2550e3, "high_tech": 510e3, "sme": 599.4e3, "commercial": 270e3}


def test_square_root_rule_without_limits() -> None:
    # sqrt(8 * 2) = 4 and sqrt(2 * 8) = 4 of 1,000 customers each
    assert allocate_agents({"a": 8000, "b": 2000}, {"a": 2.0, "b": 8.0}, 1000) == {"a": 500, "b": 500}


def test_worked_example_with_a_floor() -> None:
    # weights 100 : 300 : 1 of 1,000; the last one is lifted to 100, the others share 900 as 1 : 3
    customers = {"a": 10_000, "b": 90_000, "c": 10_000}
    energy = {"a": 1.0, "b": 1.0, "c": 1e-4}
    assert allocate_agents(customers, energy, 1000) == {"a": 225, "b": 675, "c": 100}


def test_what_a_ceiling_frees_goes_to_the_others() -> None:
    customers = {"a": 150, "b": 10_000, "c": 10_000}
    energy = {"a": 1e6, "b": 1.0, "c": 4.0}
    assert allocate_agents(customers, energy, 1050) == {"a": 150, "b": 300, "c": 600}


def test_all_and_more_than_all_are_one_to_one() -> None:
    assert allocate_agents(PROVINCE, ENERGY, "all") == PROVINCE
    assert allocate_agents(PROVINCE, ENERGY, 10**6) == PROVINCE


def test_few_agents_still_leave_one_for_each_segment() -> None:
    assert allocate_agents({"a": 10**6, "b": 1, "c": 5}, {"a": 1e9, "b": 1e-6, "c": 1.0}, 3) == {
        "a": 1,
        "b": 1,
        "c": 1,
    }


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.text("abcdefgh", min_size=1, max_size=3),
        st.tuples(st.integers(1, 10**6), st.floats(1e-4, 1e6)),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 20_000),
)
def test_sums_and_limits_hold_and_order_does_not_matter(segments: dict[str, tuple[int, float]], extra: int) -> None:
    customers = {name: count for name, (count, _) in segments.items()}
    energy = {name: count * mean for name, (count, mean) in segments.items()}
    total = len(segments) + extra
    agents = allocate_agents(customers, energy, total)
    assert sum(agents.values()) == min(total, sum(customers.values()))
    least = min(100, total // len(segments))
    assert all(min(least, customers[name]) <= count <= customers[name] for name, count in agents.items())
    backwards = allocate_agents(dict(reversed(customers.items())), dict(reversed(energy.items())), total)
    assert backwards == agents


def test_carriers_are_counted_from_the_largest_agents() -> None:
    agents, energy = {"few": 10, "many": 100}, {"few": 50.0, "many": 50.0}
    assert carriers(agents, energy, 0.5) == 10
    assert carriers(agents, energy, 0.25) == 5
    assert carriers(agents, energy, 0.85) == 10 + 70


def test_real_accounts_are_simulated_one_to_one(tmp_path: Path) -> None:
    rows = "".join(f"c{i},24,urban,A,Alpha,3\n" for i in range(600))
    header = "id,annual_mwh,region,credit_grade,retailer,contract_end_month\n"
    (tmp_path / "book.csv").write_text(header + rows, encoding="utf-8")
    study = tmp_path / "study.yaml"
    text = "extends: cn_guangdong\nrun: {agents: 2000}\nsegments: {commercial: {customers_file: book.csv}}\n"
    study.write_text(text, encoding="utf-8")
    agents = agents_by_segment(load_scenario(study))
    assert agents["commercial"] == 600
    assert sum(agents.values()) == 2000
