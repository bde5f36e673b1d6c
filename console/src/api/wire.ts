// The answers of the server that the console reads, by the names of its description of the API.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Page<T> = { items: T[]; next_cursor: string | null; total?: number | null };

export type Catalog = Schemas['Catalog'];
export type Attr = Schemas['Attribute'];
export type ValueCount = Schemas['ValueCount'];
export type Candidate = Schemas['Candidate'];

export type SegmentSummary = Schemas['SegmentSummary'];
export type Segment = Schemas['Segment'];
export type SegmentChange = Partial<Schemas['SegmentChange']>;
export type Def = Schemas['Definition'];
export type Override = Schemas['Override'];
export type Preview = Schemas['Preview'];
export type PreviewAsked = Schemas['PreviewAsked'];
export type Comparison = Schemas['Comparison'];
export type Member = Schemas['Member'];
export type Related = Schemas['Related'];
export type Edition = Schemas['Edition'];
export type Picked = Schemas['Picked'];
export type Template = Schemas['Template'];
export type Job = Schemas['Job'];

export type Record = Schemas['Record'];
export type WholeRecord = Schemas['WholeRecord'];
export type Observation = Schemas['Observation'];
export type Happening = Schemas['Interaction'];
export type Membership = Schemas['Membership'];
export type OnList = Schemas['OnList'];
export type Consent = Schemas['ConsentShape'];
export type Topics = Schemas['ConsentTopics'];
export type Erasure = Schemas['Erasure'];
export type Reach = Schemas['ReachShape'];

export type List = Schemas['ListSummary'];
export type ListReceipt = Schemas['ListReceipt'];

export type Quarantined = Schemas['Refused'];
export type Replayed = Schemas['Replayed'];
export type Upload = Schemas['Upload'];
export type Import = Schemas['Import'];
export type ImportAsked = Schemas['ImportAsked'];
export type Plan = Schemas['Planned'];

export type Growth = Schemas['Growth'];
export type Overlap = Schemas['Overlap'];
export type Breakdown = Schemas['Breakdown'];

export type Session = Schemas['Session'];
export type User = Schemas['Account'];
export type UnitSettings = Schemas['UnitSettings'];
export type PasswordLink = Schemas['PasswordLink'];
export type ApiKey = Schemas['ApiKey'];
export type ApiKeyMade = Schemas['ApiKeyMade'];
export type Audit = Schemas['AuditEntry'];

export type ListDetails = Schemas['ListDetails'];
export type AskedToConfirm = Schemas['AskedToConfirm'];
export type PendingOptIn = Schemas['PendingOptIn'];
export type ListEvent = Schemas['ListEventShape'];
export type Center = Schemas['CenterShape'];
export type Form = Schemas['FormShape'];
export type Message = Schemas['MessageShape'];
export type OutboxCounts = Schemas['OutboxCounts'];
export type Delivered = Schemas['DeliveredShape'];
export type Mail = Schemas['MailShape'];
export type ConsentEntry = Schemas['Entry'];
export type Webhook = Schemas['WebhookShape'];
export type WebhookMade = Schemas['WebhookMade'];
export type WebhookDelivery = Schemas['DeliveryShape'];
export type WebhookTested = Schemas['TestAnswer'];
