export default function FailedPage() {
  return <p>The list of what failed is not built yet.</p>;
}
