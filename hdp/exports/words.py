"""Which word of others each word of a record's vocabularies stands for."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """A resource type in the words of DataCite, schema.org and the DCMI Type Vocabulary."""

    datacite: str
    schema: str
    dcmi: str = "Text"


_ARTICLE = "ScholarlyArticle"
KINDS: dict[str, Kind] = {
    "publication": Kind("Text", "CreativeWork"),
    "publication-annotationcollection": Kind("Collection", "Collection", "Collection"),
    "publication-article": Kind("JournalArticle", _ARTICLE),
    "publication-book": Kind("Book", "Book"),
    "publication-conferencepaper": Kind("ConferencePaper", _ARTICLE),
    "publication-conferenceproceeding": Kind("ConferenceProceeding", "Book"),
    "publication-datamanagementplan": Kind("OutputManagementPlan", "DigitalDocument"),
    "publication-datapaper": Kind("DataPaper", _ARTICLE),
    "publication-deliverable": Kind("Text", "Report"),
    "publication-dissertation": Kind("Dissertation", "Thesis"),
    "publication-journal": Kind("Journal", "Periodical"),
    "publication-milestone": Kind("Text", "Report"),
    "publication-other": Kind("Text", "CreativeWork"),
    "publication-patent": Kind("Text", "CreativeWork"),
    "publication-peerreview": Kind("PeerReview", "Review"),
    "publication-preprint": Kind("Preprint", _ARTICLE),
    "publication-proposal": Kind("Text", "DigitalDocument"),
    "publication-report": Kind("Report", "Report"),
    "publication-section": Kind("BookChapter", "Chapter"),
    "publication-softwaredocumentation": Kind("Text", "TechArticle"),
    "publication-standard": Kind("Standard", "CreativeWork"),
    "publication-studyregistration": Kind("StudyRegistration", "CreativeWork"),
    "publication-taxonomictreatment": Kind("Text", _ARTICLE),
    "publication-technicalnote": Kind("Text", "TechArticle"),
    "publication-workingpaper": Kind("Text", _ARTICLE),
    "audio": Kind("Sound", "AudioObject", "Sound"),
    "dataset": Kind("Dataset", "Dataset", "Dataset"),
    "event": Kind("Event", "CreativeWork", "Event"),
    "image": Kind("Image", "ImageObject", "StillImage"),
    "image-diagram": Kind("Image", "ImageObject", "StillImage"),
    "image-drawing": Kind("Image", "Drawing", "StillImage"),
    "image-figure": Kind("Image", "ImageObject", "StillImage"),
    "image-other": Kind("Image", "ImageObject", "StillImage"),
    "image-photo": Kind("Image", "Photograph", "StillImage"),
    "image-plot": Kind("Image", "ImageObject", "StillImage"),
    "instrument": Kind("Instrument", "CreativeWork", "PhysicalObject"),
    "lesson": Kind("InteractiveResource", "LearningResource", "InteractiveResource"),
    "model": Kind("Model", "3DModel", "InteractiveResource"),
    "other": Kind("Other", "CreativeWork", ""),
    "physicalobject": Kind("PhysicalObject", "CreativeWork", "PhysicalObject"),
    "poster": Kind("Text", "Poster", "StillImage"),
    "presentation": Kind("Text", "PresentationDigitalDocument"),
    "project": Kind("Project", "CreativeWork", ""),
    "software": Kind("Software", "SoftwareSourceCode", "Software"),
    "software-computationalnotebook": Kind(
        "ComputationalNotebook", "SoftwareSourceCode", "Software"
    ),
    "video": Kind("Audiovisual", "VideoObject", "MovingImage"),
    "workflow": Kind("Workflow", "HowTo", "Text"),
}


def kind_of(resource_type: str) -> Kind:
    """The words for a resource type; an unknown part of a known type is that type."""
    found = KINDS.get(resource_type) or KINDS.get(resource_type.partition("-")[0])
    return found or KINDS["other"]


# DataCite's relation types are ours with a capital; these two say something else.
NO_RELATION = {"other", "isAlternateIdentifier"}
RELATIONS = frozenset(
    [
        "isCitedBy",
        "cites",
        "isSupplementTo",
        "isSupplementedBy",
        "isContinuedBy",
        "continues",
        "isDescribedBy",
        "describes",
        "hasMetadata",
        "isMetadataFor",
        "hasVersion",
        "isVersionOf",
        "isNewVersionOf",
        "isPreviousVersionOf",
        "isPartOf",
        "hasPart",
        "isPublishedIn",
        "isReferencedBy",
        "references",
        "isDocumentedBy",
        "documents",
        "isCompiledBy",
        "compiles",
        "isVariantFormOf",
        "isOriginalFormOf",
        "isIdenticalTo",
        "isReviewedBy",
        "reviews",
        "isDerivedFrom",
        "isSourceOf",
        "isRequiredBy",
        "requires",
        "isObsoletedBy",
        "obsoletes",
        "isTranslationOf",
        "hasTranslation",
        "isCollectedBy",
        "collects",
    ]
)
_BY_LOWER = {one.lower(): one[0].upper() + one[1:] for one in RELATIONS}


def relation(word: str) -> str:
    """DataCite's relation type; "" for one it does not have."""
    return _BY_LOWER.get(word.lower(), "")


CONTRIBUTORS = frozenset(
    [
        "ContactPerson",
        "DataCollector",
        "DataCurator",
        "DataManager",
        "Distributor",
        "Editor",
        "HostingInstitution",
        "Producer",
        "ProjectLeader",
        "ProjectManager",
        "ProjectMember",
        "RegistrationAgency",
        "RegistrationAuthority",
        "RelatedPerson",
        "Researcher",
        "ResearchGroup",
        "RightsHolder",
        "Sponsor",
        "Supervisor",
        "Translator",
        "WorkPackageLeader",
        "Other",
    ]
)
_ROLE_BY_LOWER = {one.lower(): one for one in CONTRIBUTORS}


def contributor_type(word: str) -> str:
    """DataCite's contributorType; Other for one it does not have."""
    return _ROLE_BY_LOWER.get(word.lower(), "Other")


DATES = {
    one.lower(): one
    for one in (
        "Accepted", "Available", "Collected", "Copyrighted", "Coverage", "Created", "Issued",
        "Other", "Submitted", "Updated", "Valid", "Withdrawn",
    )
}  # fmt: skip
TITLES = {
    "alternative-title": "AlternativeTitle", "subtitle": "Subtitle",
    "translated-title": "TranslatedTitle", "other": "Other",
}  # fmt: skip
# Funders that Zenodo knows, by the DOI of the Open Funder Registry.
FUNDERS = {
    "10.13039/501100000780": "European Commission",
    "10.13039/501100000781": "European Research Council",
    "10.13039/501100000038": "Natural Sciences and Engineering Research Council of Canada",
    "10.13039/501100000155": "Social Sciences and Humanities Research Council",
    "10.13039/501100000690": "Research Councils UK",
    "10.13039/501100000923": "Australian Research Council",
    "10.13039/501100000925": "National Health and Medical Research Council",
    "10.13039/501100001659": "Deutsche Forschungsgemeinschaft",
    "10.13039/501100001665": "Agence Nationale de la Recherche",
    "10.13039/501100001711": "Schweizerischer Nationalfonds",
    "10.13039/501100001871": "Fundação para a Ciência e a Tecnologia",
    "10.13039/501100002341": "Academy of Finland",
    "10.13039/501100002428": "Austrian Science Fund",
    "10.13039/501100003246": "Nederlandse Organisatie voor Wetenschappelijk Onderzoek",
    "10.13039/100000001": "National Science Foundation",
    "10.13039/100000002": "National Institutes of Health",
    "10.13039/100004440": "Wellcome Trust",
}
