export default function ModelPage() {
  return <p>The model's page is not built yet.</p>;
}
