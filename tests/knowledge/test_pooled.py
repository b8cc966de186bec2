"""Whether what is said in several places counts together, and no more than it should."""

from hypothesis import given
from hypothesis import strategies as st

from knowledge.pooled import Pool


def _pool(*documents: list[str]) -> Pool:
    pool = Pool()
    for number, texts in enumerate(documents):
        pool.add(number, [(text, 1) for text in texts])
    return pool


def test_what_is_said_in_pieces_counts_together() -> None:
    pool = _pool(["外地来的", "培养半年"], ["外地来的"], ["交多少"])
    shares = pool.shares("外地培养")
    assert shares[0] > shares[1]
    assert 2 not in shares


def test_the_same_counts_for_more_in_a_short_document() -> None:
    shares = _pool(["台账"], ["台账" + "甲乙丙丁戊己庚辛" * 60], ["别的"]).shares("台账")
    assert shares[0] > shares[1] > 0


def test_what_counts_twice_counts_more_but_not_twice() -> None:
    pool = Pool()
    for number, times in ((0, 1), (1, 2), (2, 0)):
        pool.add(number, [("台账", times)] if times else [("别的", 1)])
    shares = pool.shares("台账")
    assert shares[0] < shares[1] < 2 * shares[0]


def test_what_all_have_tells_none_apart() -> None:
    assert _pool(*(["我们怎么登记"] for _ in range(40)), ["登记台账"]).shares("登记") == {}


def test_what_is_added_later_is_found_and_changes_no_order() -> None:
    pool = _pool(["外地来的人", "培养半年"], ["外地来的车"], ["别的"])
    before = pool.shares("外地培养")
    pool.add(3, [("志愿服务时长", 1)])
    after = pool.shares("外地培养")
    assert sorted(before, key=before.__getitem__) == sorted(after, key=after.__getitem__)
    assert set(pool.shares("志愿服务")) == {3}


def test_what_is_meant_counts_but_for_less_than_what_is_said() -> None:
    pool = _pool(["积极分子"], ["好苗"], ["别的"])
    assert set(pool.shares("好苗")) == {1}
    shares = pool.shares("好苗", ["积极分子"])
    assert shares[1] > shares[0] > 0
    assert 2 not in shares


def test_of_nothing_nothing_is_said() -> None:
    assert _pool(["台账"]).shares("") == {} == Pool().shares("台账")


@given(
    st.lists(st.text(alphabet="党员大会小组", max_size=12), max_size=8), st.text(alphabet="党员大会小组", max_size=12)
)
def test_a_share_is_a_share(documents: list[str], asked: str) -> None:
    assert all(0 < share <= 1 for share in _pool(*([text] for text in documents)).shares(asked).values())
