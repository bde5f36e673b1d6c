// What kind of list it is, in a word or two.
import { t } from '../texts';

export function ListKind({ list }: { list: { is_subscription: boolean; double_opt_in: boolean } }) {
  return (
    <span className="tag-row">
      <span className="tag" data-quiet={!list.is_subscription || undefined}>
        {list.is_subscription ? t.lists.kinds.subscription : t.lists.kinds.marketing}
      </span>
      {list.double_opt_in && <span className="tag">{t.lists.kinds.confirmed}</span>}
    </span>
  );
}
