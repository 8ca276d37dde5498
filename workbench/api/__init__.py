"""The floor: words, values, errors and protocols that every other part speaks. Standard library only.

Everything here is frozen or a protocol, so it may cross threads and processes freely. Times are seconds since the
epoch (float), durations carry their unit in the name, sizes are bytes.
"""

from __future__ import annotations

from workbench.api.actors import ActorInfo, Actors, ActorState, DeadLetter, SpawnOptions
from workbench.api.capabilities import (
    CAPABILITIES,
    DURATIONS,
    Capabilities,
    Denial,
    Duration,
    Evidence,
    Grant,
    GrantChange,
    includes,
    parse_grant,
)
from workbench.api.errors import (
    AlreadyExists,
    Cause,
    Conflict,
    Crashed,
    Denied,
    Exhausted,
    Figures,
    Internal,
    Invalid,
    Location,
    Nondeterministic,
    NotFound,
    Rejected,
    Timeout,
    Unauthenticated,
    Unavailable,
    WorkbenchError,
)
from workbench.api.events import Area, Event, Subscription
from workbench.api.identity import ActorId
from workbench.api.keyvalue import KeyChange, KeyEntry, KeyLevel, KeyValue
from workbench.api.limits import PROFILES, Limits, Profile, profile
from workbench.api.logs import Level, LogLine
from workbench.api.messages import Envelope, Kind, Payload, Reply
from workbench.api.metrics import Sample
from workbench.api.modules import Behavior, CancelToken, Format, ModuleInfo, Modules, Progress, ProgressCallback
from workbench.api.node import Node, NodeInfo
from workbench.api.structure import Change, Member, ModuleDetail, ModuleDiff, Section
from workbench.api.supervision import (
    Backoff,
    ChildInfo,
    ChildSpec,
    Ending,
    Restart,
    RestartPlan,
    RestartRecord,
    Strategy,
    Supervision,
    SupervisorInfo,
    SupervisorSpec,
)
from workbench.api.turns import HostCall, Outcome, Turn

__all__ = [
    "CAPABILITIES",
    "DURATIONS",
    "PROFILES",
    "ActorId",
    "ActorInfo",
    "ActorState",
    "Actors",
    "AlreadyExists",
    "Area",
    "Backoff",
    "Behavior",
    "CancelToken",
    "Capabilities",
    "Cause",
    "Change",
    "ChildInfo",
    "ChildSpec",
    "Conflict",
    "Crashed",
    "DeadLetter",
    "Denial",
    "Denied",
    "Duration",
    "Ending",
    "Envelope",
    "Event",
    "Evidence",
    "Exhausted",
    "Figures",
    "Format",
    "Grant",
    "GrantChange",
    "HostCall",
    "Internal",
    "Invalid",
    "KeyChange",
    "KeyEntry",
    "KeyLevel",
    "KeyValue",
    "Kind",
    "Level",
    "Limits",
    "Location",
    "LogLine",
    "Member",
    "ModuleDetail",
    "ModuleDiff",
    "ModuleInfo",
    "Modules",
    "Node",
    "NodeInfo",
    "Nondeterministic",
    "NotFound",
    "Outcome",
    "Payload",
    "Profile",
    "Progress",
    "ProgressCallback",
    "Rejected",
    "Reply",
    "Restart",
    "RestartPlan",
    "RestartRecord",
    "Sample",
    "Section",
    "SpawnOptions",
    "Strategy",
    "Subscription",
    "Supervision",
    "SupervisorInfo",
    "SupervisorSpec",
    "Timeout",
    "Turn",
    "Unauthenticated",
    "Unavailable",
    "WorkbenchError",
    "includes",
    "parse_grant",
    "profile",
]
