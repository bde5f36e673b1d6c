"""Limits: a bound on everything that could grow, with its unit in its name and one line of why."""

# Names and keys
NAME_CHARS_MAX = 120  # a name has to fit a column heading, a menu and a generated SQL identifier
KEY_BYTES_MAX = 512  # keys and interaction ids are copied into every row and index; UTF-8
TEXT_BYTES_MAX = 65_536  # one text value; longer texts are documents, which are not for segmenting; UTF-8
DESCRIPTION_CHARS_MAX = 4_000  # shown to people on one page
PATTERN_CHARS_MAX = 1_000  # of `matches` and `like`: RE2 programs grow with their pattern

# Catalog
ENTITIES_MAX = 200  # each is a table, and a menu entry
INTERACTION_TYPES_MAX = 2_000  # each owns columns of its own; a mistyped feed must not make thousands
ATTRIBUTES_PER_ENTITY_MAX = 2_000  # each is a stored column with its folded copy and its history
ATTRIBUTES_PER_INTERACTION_MAX = 500  # as above, and interactions are the longest tables
OPTIONS_PER_CHOICE_MAX = 10_000  # options are listed in editors; more is text
CHOICES_PER_VALUE_MAX = 1_000  # a set that one record holds is compared member by member

# Definitions
DEPTH_LEVELS_MAX = 32  # nesting of one definition: recursion stays far from Python's own bound
NODES_MAX = 2_000  # conditions of one definition: the checker and the planner walk all of them
OPERANDS_MAX = 10_000  # literals of one `in`, `has_any`, ...; longer ones are lists
DEFINITION_BYTES_MAX = 1_048_576  # JSON or text of one definition, before it is parsed
SEQUENCE_STEPS_MAX = 32  # a step multiplies the work of matching one member
PATH_STEPS_MAX = 8  # relationships in one path: each is a join
ACTIVE_PERIODS_MAX = 366  # a year of days
REFERENCE_DEPTH_MAX = 32  # segments that refer to segments: each level is a round of propagation
TESTS_PER_SEGMENT_MAX = 10_000  # keys that must be in or out, checked before every go-live
SEGMENT_FILE_BYTES_MAX = 67_108_864  # a segment as a text file: a million keys of a static one fit
SEGMENT_YAML_BYTES_MAX = 1_048_576  # as YAML, which is read a hundred times more slowly
OVERRIDES_PER_SEGMENT_MAX = 1_000_000  # held in memory beside the members

# Time
DURATION_YEARS_MAX = 1_000  # one duration; sums of it with any instant stay inside 64-bit microseconds
CALENDAR_OFFSET_YEARS_MAX = 1_000  # how far `{"calendar": {"unit", "offset"}}` may point

# Arriving data
ROWS_PER_BATCH_MAX = 1_000_000  # a commit's rows are gathered in memory; longer imports make several
REQUEST_BYTES_MAX = 33_554_432  # body of one request: 32 MiB are parsed at once
ROWS_PER_REQUEST_MAX = 100_000  # rows of one request, which waits for its commit
QUEUE_COMMANDS_MAX = 10_000  # commands waiting for the writer; beyond it callers are told to come back
QUEUE_PATIENCE_SECONDS = 10.0  # how long callers wait to be let into that queue
COMMANDS_PER_VERSION_MAX = 1_000  # commands that share a version, so that one that fails costs little
QUARANTINE_ROWS_MAX = 10_000_000  # refused rows kept for replay: a broken feed must not fill the disk

# Answers
SEGMENTS_MAX = 100_000  # per workspace: names, definitions and members are held in memory
PAGE_ROWS_MAX = 10_000  # one page of an answer
SAMPLE_MEMBERS_MAX = 1_000  # members that an estimate names
SUGGESTION_CANDIDATES_MAX = 20_000  # names looked through for a "did you mean"
