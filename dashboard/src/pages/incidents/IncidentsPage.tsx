export default function IncidentsPage() {
  return <p>The list of incidents is not built yet.</p>;
}
