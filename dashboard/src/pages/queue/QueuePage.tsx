export default function QueuePage() {
  return <p>The queue is not built yet.</p>;
}
