// What the pages work with. `queries.ts` makes it of what the server answers.
import type { Condition } from '../builder/model';

export type SegmentRow = {
  id: string;
  name: string;
  kind: string;
  audience: string;
  status: string;
  basis: string | null;
  size: number | null;
  /** Members now, less those seven days ago. */
  change: number | null;
  trend: number[];
  changedAt: string;
  owner: string | null;
  tags: string[];
  usedBy: number | null;
  reason: string | null;
};

export type Edition = {
  number: number;
  at: string;
  actor: string;
  text: string;
  status: string | null;
  difference: string[];
};

export type Problem = {
  code: string;
  severity: 'error' | 'warning';
  path: string;
  message: string;
  hint: string | null;
  line: number | null;
  column: number | null;
  /** Something that is to be filled in still. */
  isBlank?: boolean;
};

export type Preview = {
  count: number | null;
  audience: number | null;
  sample: string[];
  narrowings: { text: string; alone: number; together: number }[];
  missing: { attribute: string; count: number }[];
  problems: Problem[];
  condition: Condition | null;
  text: string | null;
  english: string | null;
  version: number;
};

export type Named = { kind: string; name: string; id?: string };

export type Written = { condition: Condition; text: string };

export type SegmentDetail = SegmentRow & {
  description: string | null;
  folder: string | null;
  timezone: string | null;
  createdAt: string;
  startsAt: string | null;
  endsAt: string | null;
  definition: Written | null;
  draft: Written | null;
  always: string[];
  never: string[];
  testsIn: string[];
  testsOut: string[];
  etag: string | null;
};

export type RecordRow = { key: string; attributes: Record<string, unknown> };
export type Happened = { type: string; id: string; at: string; attributes: Record<string, unknown> };

export type Evidence =
  | { kind: 'value'; attribute: string; value: unknown; since: string | null }
  | { kind: 'interactions'; measure: string; value: unknown; count: number; interactions: Happened[] }
  | { kind: 'occurrence'; which: string; count: number; interaction: Happened | null }
  | { kind: 'sequence'; steps: number; met: Happened[]; due: string | null }
  | { kind: 'records'; entity: string; value: unknown; count: number; keys: string[] }
  | { kind: 'membership'; name: string; inside: boolean; since: string | null }
  | { kind: 'crossings'; name: string; count: number; crossings: { at: string }[] }
  | { kind: 'consent'; topic: string; state: string; at: string | null }
  | { kind: 'held'; since: string | null; due: string | null }
  | { kind: 'rank'; value: unknown; place: number | null; included: number; candidates: number }
  | { kind: 'sample'; bucket: number; low: number; high: number };

export type Explained = {
  text: string;
  english: string;
  holds: boolean;
  evidence: Evidence | null;
  since: string | null;
  until: string | null;
  inside: Explained[];
};

export type Explanation = {
  key: string;
  segment: string;
  holds: boolean;
  member: boolean | null;
  since: string | null;
  until: string | null;
  override: { rule: string; at: string; by: string } | null;
  condition: Explained | null;
};

export type Observed = { at: string; version: number; attribute: string; value: unknown };
