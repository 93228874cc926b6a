export default function OverviewPage() {
  return <p>The overview is not built yet.</p>;
}
