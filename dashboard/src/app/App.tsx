import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense, useEffect } from "react";
import { Route, Router, Switch } from "wouter";
import { queryClient } from "@/api/queries";
import { useSession } from "@/api/session";
import { Skeleton } from "@/components/Skeleton";
import { TooltipProvider } from "@/components/Tooltip";
import { LiveProvider } from "@/live/LiveProvider";
import { Layout } from "./Layout";
import { NotFound } from "./NotFound";
import { PAGES } from "./pages";
import { SignIn } from "./SignIn";

export function App() {
  const signedIn = useSession() !== null;
  useEffect(() => {
    if (!signedIn) queryClient.clear(); // what one key may read is not for the next
  }, [signedIn]);
  return (
    <Router base="/app">
      {signedIn ? (
        <QueryClientProvider client={queryClient}>
          <LiveProvider>
            <TooltipProvider delayDuration={400}>
              <Layout>
                <Suspense fallback={<Skeleton />}>
                  <Switch>
                    {PAGES.map(({ path, component }) => (
                      <Route key={path} path={path} component={component} />
                    ))}
                    <Route component={NotFound} />
                  </Switch>
                </Suspense>
              </Layout>
            </TooltipProvider>
          </LiveProvider>
        </QueryClientProvider>
      ) : (
        <SignIn />
      )}
    </Router>
  );
}
