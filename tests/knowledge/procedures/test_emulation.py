"""What is over says so and leads to what is done now."""

from tests.knowledge.procedures.walks import procedures


def test_the_campaign_of_2012_has_no_steps_and_leads_to_what_replaces_it() -> None:
    emulation = procedures().named("emulation")
    assert not emulation.steps
    assert "已经结束" in emulation.historical
    assert emulation.leads_to == ("goal-management", "appraisal", "commendation", "theme-day")
    assert all(other in procedures() for other in emulation.leads_to)


def test_other_practices_of_2012_say_so_and_can_be_walked() -> None:
    for id in ("grading", "upgrading"):
        procedure = procedures().named(id)
        assert "已经结束" in procedure.historical
        assert procedure.steps
        assert procedure.leads_to
