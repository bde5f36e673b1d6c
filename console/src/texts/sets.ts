// What the editor of compound definitions says.
import type { Op } from '../compound/chain';

const ops: Record<Op, string> = { union: 'union', intersect: 'intersect', except: 'except' };

export const sets = {
  title: 'Segments of this one',
  ops,
  begin: 'begin with',
  how: (name: string) => `How ${name} is joined to what stands before it`,
  segment: 'Segment',
  choose: 'Choose a segment',
  everyone: 'Everyone',
  noOne: 'No one',
  empty: 'No segments yet: this is everyone. Add the segment to begin with.',
  add: 'Add segment',
  addGroup: 'Add brackets',
  flow: 'How they flow together',
  alone: (size: string) => `${size} alone`,
  after: 'Members after this step',
};
