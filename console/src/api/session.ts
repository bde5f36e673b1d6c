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
};

type Session = {
  user: { id: number; email: string; name: string; role: string };
  permissions: string[];
  csrf_token: string;
  workspace: { name: string; timezone: string };
};

function taken(session: Session): Me {
  setToken(session.csrf_token);
  const { name, email, role } = session.user;
  return { name: name || email, email, role, permissions: session.permissions, workspace: session.workspace };
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

/** Whether the first account has still to be made. */
export const useSetup = () =>
  useQuery({ queryKey: ['setup'], queryFn: () => get<{ needed: boolean }>('/setup'), staleTime: 0 });

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
  return useMutation({
    mutationFn: () => send('DELETE', '/session'),
    // A full load forgets everything that has been shown.
    onSettled: () => window.location.assign('/sign-in'),
  });
}
