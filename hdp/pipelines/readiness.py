"""Whether the components of a pipeline can run on this computer, asked before anything is done."""

from __future__ import annotations

from hdp.pipelines.definition import Pipeline
from hdp.pipelines.executors import Executor
from hdp.plugins import Catalogue
from hdp.sdk import ComponentError, Finding


def check_components(pipeline: Pipeline, catalogue: Catalogue, executor: Executor) -> list[Finding]:
    """What the components say of this computer; ComponentError where one cannot run on it.

    The executor remembers what each of them said.
    """
    found: list[Finding] = []
    for step in pipeline.steps:
        component = catalogue.component(step.uses)
        checked = executor.checked
        try:
            if component.id not in checked:
                checked[component.id] = list(component().check())
            findings = checked[component.id]
        except (Exception, SystemExit) as error:
            raise ComponentError(f"{step.component} cannot be checked: {error}.") from error
        _refuse_errors(step.component, findings)
        found += findings
    return found


def _refuse_errors(component: str, findings: list[Finding]) -> None:
    errors = [one for one in findings if one.severity == "error"]
    if errors:
        raise ComponentError(
            f"{component} cannot run on this computer: {errors[0].message}",
            code=errors[0].code,
            hint=errors[0].hint,
            findings=errors,
        )
