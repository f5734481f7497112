using System.Text.Encodings.Web;
using System.Text.Json;

namespace Deliberate.Reasoning;

/// <summary>A solution that waits for a person's labels, as <c>label create</c> and <c>label add</c> read it.</summary>
/// <param name="Solution">To be labelled.</param>
/// <param name="Score">What the selector gives it; null where none was asked.</param>
/// <param name="Priority">The highest is handed out first.</param>
internal sealed record QueuedSolution(DrawnSolution Solution, double? Score, double Priority)
{
    public const string PriorityField = "priority", ScoreField = "score";

    public static void Write(Stream stream, IEnumerable<QueuedSolution> solutions)
    {
        foreach (var (solution, score, priority) in solutions)
        {
            using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                json.WriteStartObject();
                json.WriteString("problem"u8, solution.Problem.Prompt);
                json.WriteString("answer"u8, solution.Problem.Answer);
                json.WriteStartArray("steps"u8);
                foreach (var step in solution.Steps) json.WriteStringValue(step);
                json.WriteEndArray();
                json.WriteString("final_answer"u8, solution.Answer);
                if (score is { } said) json.WriteNumber(ScoreField, said);
                json.WriteNumber(PriorityField, priority);
                json.WriteEndObject();
            }

            stream.WriteByte((byte)'\n');
        }
    }
}
