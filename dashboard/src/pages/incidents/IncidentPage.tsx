export default function IncidentPage() {
  return <p>An incident's page is not built yet.</p>;
}
