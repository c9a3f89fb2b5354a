"""A booking tool that only listens hears of every window that is another than it was."""

from tests.courses.clinic import Patient, day, window


def _moved(patient: Patient) -> set[str]:
    version = patient.read()["version"]
    return {id_ for type_, id_, of in patient.events() if type_ == "visit.window_changed" and of == version}


def test_a_window_that_a_hold_has_moved_is_announced_when_the_hold_ends(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="none")
    patient.on_day(5)
    before = patient.visit("session-2")
    patient.signs(day(5), "dark_patch")
    assert _moved(patient) == set()

    patient.resume()

    assert window(patient.visit("session-2")) != window(before)
    assert before["id"] in _moved(patient)


def test_a_window_that_is_as_it_was_before_the_hold_is_not_announced(patient: Patient) -> None:
    patient.told("answers", {"on": f"{day(0)}", "client": {"pregnant": False}})
    before = window(patient.visit("session-1"))
    patient.told("answers", {"on": f"{day(0)}", "client": {"pregnant": True}})
    patient.told("answers", {"on": f"{day(0)}", "client": {"pregnant": False}})
    assert window(patient.visit("session-1")) == before
    assert _moved(patient) == set()
