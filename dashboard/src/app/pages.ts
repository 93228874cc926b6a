/** Every page: its address, its word in the navigation, its key after `g`, and where its code is. */
import {
  Activity,
  BookOpen,
  Boxes,
  FlaskConical,
  Gauge,
  ListOrdered,
  type LucideIcon,
  RotateCcw,
  Send,
} from "lucide-react";
import { type ComponentType, type LazyExoticComponent, lazy } from "react";

export type Page = {
  /** Below /app. */
  path: string;
  title: string;
  component: LazyExoticComponent<ComponentType>;
  /** In the navigation; a page without one is reached from another. */
  nav?: { icon: LucideIcon; key: string };
  /** It shows figures of the time range that is chosen in the top bar. */
  ranged?: boolean;
};

export const PAGES: readonly Page[] = [
  {
    path: "/",
    title: "Overview",
    component: lazy(() => import("@/pages/overview/OverviewPage")),
    nav: { icon: Gauge, key: "o" },
    ranged: true,
  },
  {
    path: "/queue",
    title: "Queue",
    component: lazy(() => import("@/pages/queue/QueuePage")),
    nav: { icon: ListOrdered, key: "q" },
  },
  {
    path: "/tickets/:id",
    title: "Ticket",
    component: lazy(() => import("@/pages/ticket/TicketPage")),
  },
  {
    path: "/incidents",
    title: "Incidents",
    component: lazy(() => import("@/pages/incidents/IncidentsPage")),
    nav: { icon: Boxes, key: "i" },
  },
  { path: "/incidents/:id", title: "Incident", component: lazy(() => import("@/pages/incidents/IncidentPage")) },
  {
    path: "/deliveries",
    title: "Deliveries",
    component: lazy(() => import("@/pages/deliveries/DeliveriesPage")),
    nav: { icon: Send, key: "d" },
  },
  {
    path: "/failed",
    title: "Failed",
    component: lazy(() => import("@/pages/failed/FailedPage")),
    nav: { icon: RotateCcw, key: "f" },
  },
  {
    path: "/model",
    title: "Model",
    component: lazy(() => import("@/pages/model/ModelPage")),
    nav: { icon: Activity, key: "m" },
  },
  {
    path: "/try",
    title: "Try",
    component: lazy(() => import("@/pages/try/TryPage")),
    nav: { icon: FlaskConical, key: "t" },
  },
  {
    path: "/docs",
    title: "Docs",
    component: lazy(() => import("@/pages/docs/DocsPage")),
    nav: { icon: BookOpen, key: "a" },
  },
];

export const NAV = PAGES.filter((page): page is Page & Required<Pick<Page, "nav">> => page.nav !== undefined);
