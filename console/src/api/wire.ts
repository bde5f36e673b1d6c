// The answers of the server that the console reads, as its description of the API has them.

export type Page<T> = { items: T[]; next_cursor: string | null; total: number | null };

export type Attr = {
  name: string;
  type: string;
  options: string[] | null;
  to: string | null;
  inverse: string | null;
};
type Owner = { name: string; count: number | null; attributes: Attr[] };
export type Catalog = {
  version: number;
  timezone: string;
  mode: string;
  entities: (Owner & { audience: boolean })[];
  interactions: (Owner & { audience: string })[];
};

export type SegmentSummary = {
  id: number;
  name: string;
  kind: string;
  basis: string | null;
  audience: string;
  status: string;
  reason: string | null;
  size: number | null;
  change: number | null;
  trend: number[] | null;
  changed_at: string;
  created_at: string;
  owner: string | null;
  description: string | null;
  tags: string[];
  folder: string | null;
  used_by: number;
  has_draft: boolean;
};
export type Def = { where: unknown; text: string; english: string };
export type Segment = SegmentSummary & {
  timezone: string | null;
  starts_at: string | null;
  ends_at: string | null;
  definition: Def | null;
  draft: Def | null;
  tests: { members: string[]; others: string[] };
  version: number;
};
export type Override = { key: string; rule: string; at: string; by: string };

export type Problem = {
  severity: string;
  code: string;
  path: string;
  message: string;
  hint: string | null;
  line: number | null;
  column: number | null;
};
export type Preview = {
  count: number | null;
  audience_size: number | null;
  sample: string[];
  narrowings: { condition: string; alone: number; together: number }[];
  without_value: { attribute: string; count: number }[];
  problems: Problem[];
  where: unknown;
  text: string | null;
  english: string | null;
  version: number;
};

type Named = { kind: string; name: string; id: number | null };
export type Related = { used_by: Named[]; uses: Named[] };

export type Record = {
  entity: string;
  key: string;
  label: string;
  values: { [attribute: string]: unknown };
  first_observed_at?: string;
  last_observed_at?: string;
  aliases?: string[];
};
export type Observation = { at: string; version: number; values: { [attribute: string]: unknown } };
export type Consent = {
  level: string;
  do_not_email: boolean;
  topics: { [topic: string]: { topic: string; state: string; at: string; source: string | null } };
};
export type Reach = {
  size: number;
  reachable: number;
  reasons: { [reason: string]: number };
  topic: string | null;
};
export type Happening = { at: string; type: string; id: string; values: { [attribute: string]: unknown } };

export type List = { id: number; name: string; description?: string | null; size?: number; members?: number };

export type Status = { [what: string]: unknown };
export type Quarantined = {
  id: number;
  at: string;
  kind: string;
  target: string;
  code: string;
  message: string;
  row: unknown;
};
export type Import = { [what: string]: unknown } & { id: number };
export type Plan = {
  rows_read: number;
  taken: { [name: string]: number };
  learned: string[];
  refused: { code: string; count: number; examples: { file: string; row: number; message: string }[] }[];
  columns: { name: string; examples: unknown[] }[];
};
export type Job = {
  id: string;
  kind: string;
  state: 'running' | 'done' | 'cancelled' | 'failed';
  progress: number;
  segment_ids: number[];
  result: { [what: string]: unknown } | null;
  problem: { code: string; message: string; hint: string | null; details: unknown } | null;
};

export type Growth = { at: string; version: number; entered: number; left: number; size: number };
export type Overlap = {
  sizes: { id: number; name: string; size: number }[];
  intersections: { ids: number[]; count: number }[];
};
export type Breakdown = {
  attribute: string;
  type: string;
  members: number;
  others: number;
  rows: {
    value: unknown;
    from: unknown;
    to: unknown;
    members: number;
    others: number;
    share: number;
    share_others: number;
  }[];
};

export type User = {
  id: number;
  email: string;
  name: string;
  role: string;
  state: string;
  created_at: string;
  last_seen_at: string | null;
};
export type ApiKey = {
  id: number;
  name: string;
  kind: string;
  role: string | null;
  scopes: string[];
  prefix: string;
  created_at: string;
  created_by: string;
  expires_at: string | null;
  last_used_at: string | null;
  secret?: string;
};
export type Audit = {
  id: number;
  at: string;
  actor: string;
  action: string;
  target: string | null;
  details: unknown;
  origin: string | null;
};
