import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense } from "react";
import { Route, Router, Switch } from "wouter";
import { queryClient } from "@/api/queries";
import { useSession } from "@/api/session";
import { Layout } from "./Layout";
import { NotFound } from "./NotFound";
import { PAGES } from "./pages";
import { SignIn } from "./SignIn";

export function App() {
  const signedIn = useSession() !== null;
  return (
    <Router base="/app">
      {signedIn ? (
        <QueryClientProvider client={queryClient}>
          <Layout>
            <Suspense fallback={null}>
              <Switch>
                {PAGES.map(({ path, component }) => (
                  <Route key={path} path={path} component={component} />
                ))}
                <Route component={NotFound} />
              </Switch>
            </Suspense>
          </Layout>
        </QueryClientProvider>
      ) : (
        <SignIn />
      )}
    </Router>
  );
}
