using System.Runtime.CompilerServices;
using Deliberate.Reasoning;
using Microsoft.Extensions.AI;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Deliberate.Evaluation.Tests;

/// <summary>Runs a task on a model that says what a test wrote down.</summary>
internal static class SuiteRun
{
    /// <param name="task">Which.</param>
    /// <param name="answer">What the model says to an item of this id.</param>
    /// <param name="context">Data, seed, arguments.</param>
    /// <param name="settings">Limit, epochs.</param>
    public static async Task<EvaluationResult> Of(EvaluationTask task, Func<EvaluationItem, int, string> answer, TaskContext? context = null, RunSettings? settings = null)
    {
        (context, settings) = (context ?? new TaskContext(), settings ?? new RunSettings());
        await using var model = new EvaluationModel("recorded", new Silent());
        return await new EvaluationRunner(task with { Solver = new Recorded(answer) }, model, settings, context, new EvaluationObserver()).RunAsync(null, TestContext.Current.CancellationToken);
    }

    public static async Task<List<EvaluationItem>> Items(EvaluationTask task, TaskContext? context = null) => await task.Items(context ?? new TaskContext(), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

    /// <summary>A metric of the result; of all samples, or of a slice.</summary>
    public static MetricResult Get(this EvaluationResult result, string metric, string slice = "") => result.Metrics.Single(m => m.Metric.Name == metric && m.Slice == slice);

    public static double Value(this EvaluationResult result, string metric, string slice = "") => result.Get(metric, slice).Estimate.Value;

    public static int N(this EvaluationResult result, string metric, string slice = "") => result.Get(metric, slice).Estimate.Samples;

    private sealed class Recorded(Func<EvaluationItem, int, string> answer) : ISolver
    {
        public string Name => "recorded";

        public ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
        {
            var said = answer(context.Item, context.Epoch);
            context.Give([.. context.Messages], new ModelAnswer { Text = said, Completion = said, FinishReason = "stop" });
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Silent : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new InvalidOperationException("The model was asked.");

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            yield break;
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
