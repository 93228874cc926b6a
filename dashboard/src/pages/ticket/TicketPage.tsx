import { ArrowLeft } from "lucide-react";
import { Link, useLocation, useParams } from "wouter";
import { useHotkeys } from "@/app/hotkeys";
import { TicketView } from "@/components/ticket/TicketView";
import styles from "./TicketPage.module.css";

export default function TicketPage() {
  const { id = "" } = useParams();
  const [, navigate] = useLocation();
  const back = () => navigate("/queue");
  useHotkeys([{ keys: "Escape", does: "Back to the queue", run: back }]);
  return (
    <div className={styles.page}>
      <Link href="/queue" className={styles.back}>
        <ArrowLeft size={14} aria-hidden />
        Queue
      </Link>
      <TicketView key={id} id={id} onDeleted={back} />
    </div>
  );
}
