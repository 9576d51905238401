"""The contract of plugins: import this and nothing else of HDP."""

from hdp.sdk.component import Component, Output, Params, Port, Result, Setup, Step
from hdp.sdk.errors import (
    Cancelled,
    ComponentError,
    Conflict,
    HdpError,
    InvalidInput,
    Missing,
    NotFound,
    ProjectError,
    RateLimited,
    Refused,
    Rejected,
    TargetError,
    Unauthorised,
    Unreachable,
    UsageError,
)
from hdp.sdk.formats import Checker, Source, Thumbnailer
from hdp.sdk.hooks import HdpSpecs, hookimpl, hookspec
from hdp.sdk.http import Http, Response
from hdp.sdk.modality import Modality
from hdp.sdk.model import Finding, Json, LocalFile, Record, Role
from hdp.sdk.target import (
    Can,
    Connection,
    Draft,
    Environment,
    Publication,
    RemoteFile,
    Review,
    Target,
    Term,
)

SDK_VERSION = "1"

__all__ = [
    "Can",
    "Cancelled",
    "Checker",
    "Component",
    "ComponentError",
    "Conflict",
    "Connection",
    "Draft",
    "Environment",
    "Finding",
    "HdpError",
    "HdpSpecs",
    "Http",
    "InvalidInput",
    "Json",
    "LocalFile",
    "Missing",
    "Modality",
    "NotFound",
    "Output",
    "Params",
    "Port",
    "ProjectError",
    "Publication",
    "RateLimited",
    "Record",
    "Refused",
    "Rejected",
    "RemoteFile",
    "Response",
    "Result",
    "Review",
    "Role",
    "SDK_VERSION",
    "Setup",
    "Source",
    "Step",
    "Target",
    "TargetError",
    "Term",
    "Thumbnailer",
    "Unauthorised",
    "Unreachable",
    "UsageError",
    "hookimpl",
    "hookspec",
]
