// Which address shows which page. Pages are loaded when they are first opened.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { queryClient } from '../api/queryClient';
import { meQuery } from '../api/session';
import { Broken, NotFound, Waiting } from './apart';
import { Shell } from './Shell';

/** A word of the address; one of digits arrives as a number. */
const text = (value: unknown): string | undefined =>
  typeof value === 'number' ? String(value) : typeof value === 'string' && value ? value : undefined;

/** The address of one of our own pages: `//elsewhere` is none. */
const ours = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : undefined;

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { to?: string; problem?: string } => ({
    to: ours(search.to),
    problem: text(search.problem),
  }),
  component: lazyRouteComponent(() => import('../pages/sign-in/SignIn')),
});

/** The address in the link that a server without people prints: the set-up code stands behind its #. */
const setUp = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('../pages/sign-in/SignIn')),
});

const forgotten = createRoute({
  getParentRoute: () => root,
  path: '/forgotten',
  component: lazyRouteComponent(() => import('../pages/sign-in/Forgotten')),
});

const password = createRoute({
  getParentRoute: () => root,
  path: '/password',
  component: lazyRouteComponent(() => import('../pages/sign-in/SetPassword')),
});

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ location }) => {
    const me = await queryClient.ensureQueryData(meQuery);
    if (!me) throw redirect({ to: '/sign-in', search: { to: location.href } });
  },
  component: Shell,
  pendingComponent: Waiting,
  errorComponent: ({ error, reset }) => <Broken error={error} retry={reset} />,
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/home/Home')),
});

export type SegmentsSearch = {
  q?: string;
  status?: string;
  kind?: string;
  basis?: string;
  tag?: string;
  sort?: string;
};

const segments = createRoute({
  getParentRoute: () => inside,
  path: '/segments',
  validateSearch: (search: Record<string, unknown>): SegmentsSearch => ({
    q: text(search.q),
    status: text(search.status),
    kind: text(search.kind),
    basis: text(search.basis),
    tag: text(search.tag),
    sort: text(search.sort),
  }),
  component: lazyRouteComponent(() => import('../pages/segments/Segments')),
});

const segment = createRoute({
  getParentRoute: () => inside,
  path: '/segments/$id',
  validateSearch: (search: Record<string, unknown>): { tab?: string; why?: string } => ({
    tab: text(search.tab),
    why: text(search.why),
  }),
  component: lazyRouteComponent(() => import('../pages/segment/Segment')),
});

const contacts = createRoute({
  getParentRoute: () => inside,
  path: '/contacts',
  validateSearch: (search: Record<string, unknown>): { q?: string } => ({ q: text(search.q) }),
  component: lazyRouteComponent(() => import('../pages/contacts/Contacts')),
});

const contact = createRoute({
  getParentRoute: () => inside,
  path: '/contacts/$key',
  validateSearch: (search: Record<string, unknown>): { tab?: string } => ({ tab: text(search.tab) }),
  component: lazyRouteComponent(() => import('../pages/contact/Contact')),
});

const lists = createRoute({
  getParentRoute: () => inside,
  path: '/lists',
  validateSearch: (search: Record<string, unknown>): { tab?: string; state?: string } => ({
    tab: text(search.tab),
    state: text(search.state),
  }),
  component: lazyRouteComponent(() => import('../pages/lists/Lists')),
});

const list = createRoute({
  getParentRoute: () => inside,
  path: '/lists/$id',
  validateSearch: (search: Record<string, unknown>): { tab?: string } => ({ tab: text(search.tab) }),
  component: lazyRouteComponent(() => import('../pages/lists/List')),
});

const center = createRoute({
  getParentRoute: () => inside,
  path: '/lists/centers/$id',
  component: lazyRouteComponent(() => import('../pages/centers/Center')),
});

const insights = createRoute({
  getParentRoute: () => inside,
  path: '/insights',
  component: lazyRouteComponent(() => import('../pages/insights/Insights')),
});

const data = createRoute({
  getParentRoute: () => inside,
  path: '/data',
  validateSearch: (search: Record<string, unknown>): { tab?: string } => ({ tab: text(search.tab) }),
  component: lazyRouteComponent(() => import('../pages/data/Data')),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  validateSearch: (search: Record<string, unknown>): { tab?: string; webhook?: string } => ({
    tab: text(search.tab),
    webhook: text(search.webhook),
  }),
  component: lazyRouteComponent(() => import('../pages/settings/Settings')),
});

const tree = root.addChildren([
  signIn,
  setUp,
  forgotten,
  password,
  inside.addChildren([
    home,
    segments,
    segment,
    contacts,
    contact,
    lists,
    list,
    center,
    insights,
    data,
    settings,
  ]),
]);

export const router = createRouter({ routeTree: tree, defaultPreload: 'intent', scrollRestoration: true });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
