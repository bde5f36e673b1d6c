"""What each operation of the HTTP API is to somebody who sees some contacts only.

The one table of it: a server refuses to start with an operation that is not in it. `SEEN` operations answer
from the caller's workspace, which is limited to what they see (`Workspace.acting`); nothing is filtered in
routes. What cannot be told or done exactly for a part of the contacts is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType


class Limit(Enum):
    """What an operation is to somebody who sees some contacts only."""

    SEEN = auto()
    """It tells and changes what concerns contacts that they see, as if there were no others."""
    OPEN = auto()
    """It says nothing of contacts, and changes nothing of them."""
    REFUSED = auto()
    """It is for those who see every contact."""


_OPERATIONS: Mapping[Limit, tuple[str, ...]] = {
    Limit.OPEN: (
        # Oneself, and the server
        *("show_setup", "set_up", "sign_in", "redeem_password_link", "ask_password_reset"),
        *("begin_openid", "finish_openid", "end_openid"),
        *("show_session", "sign_out", "change_password", "show_health", "show_readiness", "list_versions"),
        # Definitions by themselves
        *("check_segment", "list_segment_versions", "show_segment_related", "restore_segment"),
        *("list_templates", "fill_template", "create_template", "delete_template", "hover_text"),
        *("stop_segment", "cancel_segment"),
        # Pages, forms and the mail server
        *("list_consent_topics", "list_centers", "show_center", "preview_center", "try_center"),
        *("create_center", "change_center", "delete_center", "publish_center", "unpublish_center"),
        *("list_forms", "create_form", "delete_form", "show_mail_settings"),
    ),
    Limit.SEEN: (
        *("list_segments", "show_segment", "create_segment", "change_segment", "delete_segment"),
        *("estimate_segment", "preview_segment", "compare_segment", "explain_segment"),
        *("list_segment_members", "list_segment_changes", "list_segment_overrides", "export_segment_members"),
        *("take_segment_live", "take_segments_live", "duplicate_segment", "snapshot_segment"),
        *("add_segment_members", "remove_segment_members", "add_segment_members_where"),
        "override_segment_members",
        *("show_catalog", "list_attribute_values", "complete_text", "show_status"),
        *("list_contacts", "show_contact", "list_records", "show_record", "list_record_history"),
        *("list_record_timeline", "list_record_segments", "list_record_lists", "list_interactions"),
        *("upsert_records", "merge_records", "append_interactions", "export_contact"),
        *("show_growth", "show_overlap", "show_breakdown", "show_activity"),
        *("list_lists", "show_list", "create_list", "change_list", "delete_list", "list_list_members"),
        *("list_list_pending", "list_list_history", "add_list_members", "remove_list_members"),
        *("add_list_members_where", "add_list_members_of_segment", "ask_list_members"),
        *("show_reach", "preview_reach", "show_consent", "record_consent", "list_record_messages"),
        *("link_center", "list_outbox", "count_outbox"),
        *("list_changes", "stream_changes", "list_jobs", "show_job", "cancel_job"),
    ),
    Limit.REFUSED: (
        # Rows as they came, of everyone
        *("list_quarantine", "replay_quarantine", "upload_file", "plan_import", "start_import"),
        *("resume_import", "undo_import", "list_imports", "show_import"),
        # What goes out for everyone
        *("list_webhooks", "show_webhook", "list_webhook_deliveries", "create_webhook", "change_webhook"),
        *("delete_webhook", "test_webhook", "retry_outbox", "deliver_outbox", "end_links"),
        # Administration
        *("change_catalog", "change_mail_settings", "delete_record", "erase_record", "retract_interactions"),
        *("list_users", "show_user", "create_user", "change_user", "delete_user", "create_password_link"),
        "send_invitation",
        *("list_api_keys", "create_api_key", "delete_api_key", "list_audit", "call_workspace"),
        *("show_unit_settings", "change_unit_settings"),
    ),
}

LIMITS: Mapping[str, Limit] = MappingProxyType(
    {operation: limit for limit, operations in _OPERATIONS.items() for operation in operations}
)
"""Operation id → what it is to somebody who sees some contacts only."""
