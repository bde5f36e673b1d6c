"""The one table of permissions: for each operation of the HTTP API the least role, and the scope for keys.

Routes ask it by their operation id, and a server refuses to start with a route that is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from satsuma.access.roles import Role


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call an operation.

    Attributes:
        role: The least role; None where nobody needs to be signed in.
        scope: What a key must open, such as `segments:read`; None where keys have no say (sessions only).
    """

    role: Role | None
    scope: str | None


_VIEWER, _SELLER, _MARKETER, _ADMIN = Role

_AREAS: Mapping[str, tuple[Role | None, str]] = {
    # Open to all
    "show_setup": (None, ""),
    "set_up": (None, ""),
    "sign_in": (None, ""),
    "redeem_password_link": (None, ""),
    "ask_password_reset": (None, ""),
    "begin_openid": (None, ""),
    "finish_openid": (None, ""),
    "end_openid": (None, ""),
    "show_health": (None, ""),
    "show_readiness": (None, ""),
    # Oneself
    "show_session": (_VIEWER, ""),
    "sign_out": (_VIEWER, ""),
    "change_password": (_VIEWER, ""),
    # Segments
    "list_segments": (_VIEWER, "segments:read"),
    "show_segment": (_VIEWER, "segments:read"),
    "check_segment": (_VIEWER, "segments:read"),
    "estimate_segment": (_VIEWER, "segments:read"),
    "list_segment_members": (_VIEWER, "segments:read"),
    "list_segment_changes": (_VIEWER, "segments:read"),
    "list_segment_versions": (_VIEWER, "segments:read"),
    "list_segment_overrides": (_VIEWER, "segments:read"),
    "show_segment_related": (_VIEWER, "segments:read"),
    "explain_segment": (_SELLER, "segments:read"),
    "compare_segment": (_VIEWER, "segments:read"),
    "preview_segment": (_VIEWER, "segments:read"),
    "export_segment_members": (_MARKETER, "segments:read"),
    "create_segment": (_SELLER, "segments:write"),
    "change_segment": (_MARKETER, "segments:write"),
    "delete_segment": (_MARKETER, "segments:write"),
    "take_segment_live": (_MARKETER, "segments:write"),
    "take_segments_live": (_MARKETER, "segments:write"),
    "stop_segment": (_MARKETER, "segments:write"),
    "cancel_segment": (_MARKETER, "segments:write"),
    "duplicate_segment": (_MARKETER, "segments:write"),
    "snapshot_segment": (_SELLER, "segments:write"),
    "restore_segment": (_MARKETER, "segments:write"),
    "add_segment_members": (_SELLER, "segments:write"),
    "remove_segment_members": (_SELLER, "segments:write"),
    "add_segment_members_where": (_SELLER, "segments:write"),
    "override_segment_members": (_MARKETER, "segments:write"),
    # Templates
    "list_templates": (_VIEWER, "segments:read"),
    "fill_template": (_VIEWER, "segments:read"),
    "create_template": (_MARKETER, "segments:write"),
    "delete_template": (_MARKETER, "segments:write"),
    # Catalog and language
    "show_catalog": (_VIEWER, "catalog:read"),
    "change_catalog": (_ADMIN, "catalog:write"),
    "list_attribute_values": (_SELLER, "catalog:read"),
    "complete_text": (_VIEWER, "catalog:read"),
    "hover_text": (_VIEWER, "catalog:read"),
    # Records and interactions
    "list_contacts": (_VIEWER, "records:read"),
    "show_contact": (_VIEWER, "records:read"),
    "list_records": (_VIEWER, "records:read"),
    "show_record": (_VIEWER, "records:read"),
    "list_record_history": (_VIEWER, "records:read"),
    "list_record_timeline": (_VIEWER, "records:read"),
    "list_record_segments": (_VIEWER, "records:read"),
    "list_record_lists": (_VIEWER, "records:read"),
    "list_interactions": (_VIEWER, "records:read"),
    "upsert_records": (_MARKETER, "records:write"),
    "delete_record": (_ADMIN, "records:write"),
    "merge_records": (_MARKETER, "records:write"),
    "append_interactions": (_MARKETER, "records:write"),
    "retract_interactions": (_ADMIN, "records:write"),
    "list_quarantine": (_MARKETER, "records:read"),
    "replay_quarantine": (_MARKETER, "records:write"),
    # Imports
    "upload_file": (_MARKETER, "imports:write"),
    "plan_import": (_MARKETER, "imports:write"),
    "start_import": (_MARKETER, "imports:write"),
    "resume_import": (_MARKETER, "imports:write"),
    "undo_import": (_MARKETER, "imports:write"),
    "list_imports": (_VIEWER, "imports:read"),
    "show_import": (_VIEWER, "imports:read"),
    # Insights
    "show_growth": (_VIEWER, "insights:read"),
    "show_overlap": (_VIEWER, "insights:read"),
    "show_breakdown": (_VIEWER, "insights:read"),
    "show_activity": (_VIEWER, "insights:read"),
    # Lists
    "list_lists": (_VIEWER, "lists:read"),
    "show_list": (_VIEWER, "lists:read"),
    "create_list": (_MARKETER, "lists:write"),
    "change_list": (_MARKETER, "lists:write"),
    "delete_list": (_MARKETER, "lists:write"),
    "list_list_members": (_SELLER, "lists:read"),
    "list_list_pending": (_SELLER, "lists:read"),
    "list_list_history": (_SELLER, "lists:read"),
    "add_list_members": (_SELLER, "lists:write"),
    "remove_list_members": (_SELLER, "lists:write"),
    "add_list_members_where": (_MARKETER, "lists:write"),
    "add_list_members_of_segment": (_MARKETER, "lists:write"),
    "ask_list_members": (_MARKETER, "lists:write"),
    "show_reach": (_VIEWER, "lists:read"),
    "preview_reach": (_VIEWER, "lists:read"),
    # Consent, and what people may ask for
    "list_consent_topics": (_VIEWER, "consent:read"),
    "show_consent": (_SELLER, "consent:read"),
    "record_consent": (_SELLER, "consent:write"),
    "list_record_messages": (_SELLER, "consent:read"),
    "export_contact": (_MARKETER, "records:read"),
    "erase_record": (_ADMIN, "records:write"),
    # Subscription centers, forms, messages
    "list_centers": (_VIEWER, "lists:read"),
    "show_center": (_VIEWER, "lists:read"),
    "preview_center": (_VIEWER, "lists:read"),
    "try_center": (_VIEWER, "lists:read"),
    "create_center": (_MARKETER, "lists:write"),
    "change_center": (_MARKETER, "lists:write"),
    "delete_center": (_MARKETER, "lists:write"),
    "publish_center": (_MARKETER, "lists:write"),
    "unpublish_center": (_MARKETER, "lists:write"),
    "link_center": (_MARKETER, "lists:write"),
    "end_links": (_ADMIN, "lists:write"),
    "list_forms": (_VIEWER, "lists:read"),
    "create_form": (_MARKETER, "lists:write"),
    "delete_form": (_MARKETER, "lists:write"),
    "list_outbox": (_MARKETER, "lists:read"),
    "count_outbox": (_VIEWER, "lists:read"),
    "retry_outbox": (_MARKETER, "lists:write"),
    "deliver_outbox": (_MARKETER, "lists:write"),
    "show_mail_settings": (_VIEWER, "lists:read"),
    "change_mail_settings": (_ADMIN, "lists:write"),
    # Jobs and the workspace
    "list_jobs": (_VIEWER, "segments:read"),
    "show_job": (_VIEWER, "segments:read"),
    "cancel_job": (_MARKETER, "segments:write"),
    "show_status": (_VIEWER, "workspace:read"),
    "list_versions": (_VIEWER, "workspace:read"),
    "list_changes": (_VIEWER, "segments:read"),
    "stream_changes": (_VIEWER, "segments:read"),
    "call_workspace": (_ADMIN, "workspace:call"),
    # Webhooks
    "list_webhooks": (_MARKETER, "webhooks:read"),
    "show_webhook": (_MARKETER, "webhooks:read"),
    "list_webhook_deliveries": (_MARKETER, "webhooks:read"),
    "create_webhook": (_ADMIN, "webhooks:write"),
    "change_webhook": (_ADMIN, "webhooks:write"),
    "delete_webhook": (_ADMIN, "webhooks:write"),
    "test_webhook": (_ADMIN, "webhooks:write"),
    # People and keys
    "list_users": (_ADMIN, "users:read"),
    "show_user": (_ADMIN, "users:read"),
    "create_user": (_ADMIN, ""),
    "change_user": (_ADMIN, ""),
    "delete_user": (_ADMIN, ""),
    "create_password_link": (_ADMIN, ""),
    "send_invitation": (_ADMIN, ""),
    "list_api_keys": (_ADMIN, "users:read"),
    "create_api_key": (_ADMIN, ""),
    "delete_api_key": (_ADMIN, ""),
    "list_audit": (_ADMIN, "audit:read"),
    "show_unit_settings": (_ADMIN, "users:read"),
    "change_unit_settings": (_ADMIN, ""),
}

TABLE: Mapping[str, Rule] = MappingProxyType(
    {operation: Rule(role, scope or None) for operation, (role, scope) in _AREAS.items()}
)
"""Operation id → who may call it. What has no scope is for people who have signed in, not for keys."""

SCOPES: tuple[str, ...] = tuple(sorted({rule.scope for rule in TABLE.values() if rule.scope is not None}))
"""Everything that a key may open."""


def allowed(operation: str, role: Role) -> bool:
    """Whether somebody of a role may call an operation."""
    rule = TABLE[operation]
    return rule.role is None or role.is_at_least(rule.role)
