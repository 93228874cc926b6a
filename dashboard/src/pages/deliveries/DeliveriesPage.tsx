export default function DeliveriesPage() {
  return <p>The list of deliveries is not built yet.</p>;
}
