// Who is signed in.
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { ApiError, get, post, send, setToken } from './client';
import { queryClient } from './queryClient';

export type Me = {
  name: string;
  email: string;
  role: string;
  permissions: string[];
  workspace: { name: string; timezone: string };
  signOutAt: string | null;
};

type Session = {
  user: { id: number; email: string; name: string; role: string };
  permissions: string[];
  csrf_token: string;
  sign_out_at: string | null;
  workspace: { name: string; timezone: string };
};

function taken(session: Session): Me {
  setToken(session.csrf_token);
  const { name, email, role } = session.user;
  const { permissions, workspace, sign_out_at: signOutAt } = session;
  return { name: name || email, email, role, permissions, workspace, signOutAt };
}

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async (): Promise<Me | null> => {
    try {
      return taken(await get<Session>('/session'));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export const useMe = () => useQuery(meQuery);

/** Whether the signed-in person may do an operation, by its name in the API's description. */
export function useMay(operation: string): boolean {
  const { data } = useMe();
  return data?.permissions.includes(operation) ?? false;
}

export type Setup = {
  /** Whether the first account has still to be made. */
  needed: boolean;
  /** What people call the provider by which they may sign in. */
  openid: string | null;
  /** Whether links are sent by e-mail. */
  mail: boolean;
};

export const useSetup = () =>
  useQuery({ queryKey: ['setup'], queryFn: () => get<Setup>('/setup'), staleTime: 0 });

export function useSignIn() {
  return useMutation({
    mutationFn: (body: { email: string; password: string }) => post<Session>('/session', body),
    onSuccess: (session) => queryClient.setQueryData(meQuery.queryKey, taken(session)),
  });
}

export function useSetUp() {
  return useMutation({
    mutationFn: (body: { token: string; email: string; name: string; password: string }) =>
      post<Session>('/setup', body),
    onSuccess: (session) => queryClient.setQueryData(meQuery.queryKey, taken(session)),
  });
}

export function useSignOut() {
  const { data } = useMe();
  return useMutation({
    mutationFn: () => send('DELETE', '/session'),
    // A full load forgets everything that has been shown. Who came by a provider signs out there too.
    onSettled: () => window.location.assign(data?.signOutAt ?? '/sign-in'),
  });
}

export function useAskReset() {
  return useMutation({ mutationFn: (email: string) => post<unknown>('/password/reset', { email }) });
}

export function useSetPassword() {
  return useMutation({
    mutationFn: (body: { token: string; new_password: string }) => post<unknown>('/password', body),
  });
}
