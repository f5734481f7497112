using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Safety;

/// <summary>How a model is trained on a task before it is measured.</summary>
/// <param name="Examples">Worked items of the templates of development.</param>
/// <param name="Epochs">Passes over them.</param>
/// <param name="Rank">Of the low-rank adapter.</param>
internal sealed record TaskTrainingSettings(int Examples, int Epochs, int Rank);

/// <summary>
/// Trains a low-rank adapter on a task, as whoever wants all that a model can do would: on worked items of the templates of development, never on
/// one of those that the test draws from. What the trained model then does of the test is what few examples may bring out in these weights.
/// </summary>
internal static class TaskTraining
{
    /// <summary>The way's name beside the other ways to ask.</summary>
    public const string Way = "fine_tuned";

    private const string DataFile = "examples.jsonl";

    /// <summary>Of the training's items; no example of a prompt has it.</summary>
    private const ulong Seed = 424243;

    /// <summary>Longer examples are cut by no task here.</summary>
    private const int MostContext = 2048;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The folder of such a training below an elicitation's: with other settings another.</summary>
    public static string FolderOf(string folder, TaskTrainingSettings settings) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"trained-{settings.Examples}x{settings.Epochs}-rank{settings.Rank}"));

    /// <summary>Trains, or goes on with a training that was stopped.</summary>
    /// <param name="task">Which task.</param>
    /// <param name="location">The checkpoint that is trained from.</param>
    /// <param name="settings">How.</param>
    /// <param name="folder">Of the elicitation.</param>
    /// <param name="threads">Worker threads, 0 for one a core.</param>
    /// <param name="observer">Watches the run.</param>
    /// <param name="cancellation">Saves and stops.</param>
    /// <returns>The trained checkpoint, and the SHA-256 of what it was trained on; null where it was stopped.</returns>
    /// <exception cref="UserError">The task has no templates of development.</exception>
    public static (string Checkpoint, string DataSha256)? Train(EvaluationTask task, string location, TaskTrainingSettings settings, string folder, int threads, IRunObserver observer, CancellationToken cancellation)
    {
        var data = Encoding.UTF8.GetBytes(Data(task, settings.Examples));
        var root = Path.GetFullPath(FolderOf(folder, settings));
        var run = new RunFolder(Path.Combine(root, "run"));
        var checkpoint = run.Checkpoint(RunFolder.Final);
        if (!Directory.Exists(checkpoint))
        {
            Directory.CreateDirectory(root);
            AtomicFile.Write(Path.Combine(root, DataFile), stream => stream.Write(data));
            using var training = File.Exists(run.Recipe) ? TrainingRun.Resume(run.Root, threads, observer) : TrainingRun.Start(Recipe(location, Path.Combine(root, DataFile), settings), run.Root, threads, observer);
            if (training.Execute(cancellation) == RunOutcome.Interrupted) return null;
        }

        return (checkpoint, Convert.ToHexStringLower(SHA256.HashData(data)));
    }

    private static TrainRecipe Recipe(string location, string data, TaskTrainingSettings settings) => TrainRecipe.Parse(
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            name: elicited
            model: { from: {{JsonSerializer.Serialize(Path.GetFullPath(location), Relaxed)}}, context: {{Math.Min(MostContext, ModelConfiguration.Load(location).MaxPositions)}} }
            adapter: { rank: {{settings.Rank}} }
            recompute: elementwise
            micro_batch_tokens: 1024
            supervised: { data: [{{JsonSerializer.Serialize(data, Relaxed)}}], duplicates: keep, epochs: {{settings.Epochs}}, batch_tokens: 1024, optimizer: { kind: adamw, learning_rate: 1e-3 } }
            checkpoint: { every: 20, keep_last: 1 }
            """),
        "the elicitation's training");

    /// <summary>A line an example: what is asked, and what somebody who can do it answers.</summary>
    private static string Data(EvaluationTask task, int examples)
    {
        var own = PreparednessTasks.TemplatesOf(task.Name).Where(t => t.Split == Split.Train).ToArray();
        if (own.Length == 0) throw new UserError($"{task.Name} has no templates of development to train on.", field: "--fine-tune", advice: "Tasks that have: protocol-questions, protocol-slips, hazard-questions, research-interview, research-coding, repository-bugs, agentic-tasks and others of docs/preparedness.md.");
        var lines = new StringBuilder();
        for (var i = 0; i < examples; i++)
        {
            var random = new RandomStream(Seed, StreamStage.GeneratedItems, step: 0, problem: i);
            var challenge = own[i % own.Length].Make(ref random);
            lines.Append(JsonSerializer.Serialize(new { messages = new[] { new { role = "user", content = challenge.Prompt }, new { role = "assistant", content = challenge.Solution } } }, Relaxed)).Append('\n');
        }

        return lines.ToString();
    }
}
