"""The check of a whole configuration that reads no more than the project itself."""

from farm.inputs.layers import Layers
from farm.project.model import Project
from farm.project_check.component_files import check_files
from farm.project_check.finding import Finding
from farm.project_check.lost_words import check_cleared, check_unclear_files
from farm.project_check.overlay_words import check_words


def check_project(project: Project) -> list[Finding]:
    """Return what there is to say of a project that can be read, errors first."""
    layers = Layers(project)
    findings = list(check_unclear_files(project))
    for component in project.components.values():
        findings += check_files(component)
        findings += check_words(component)
        if component.origin.keys:
            findings += check_cleared(component, layers)
    return sorted(dict.fromkeys(findings), key=lambda finding: (not finding.is_error, finding.component, finding.place))
