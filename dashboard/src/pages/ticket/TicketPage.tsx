export default function TicketPage() {
  return <p>A ticket's page is not built yet.</p>;
}
