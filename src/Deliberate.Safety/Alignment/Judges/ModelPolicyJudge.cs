using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>Any chat model or checkpoint as the judge: it is told spec(category) and a rubric, and its verdict is read as evaluations read it (typed fields behind a mark that no sample can know, asked for once more).</summary>
/// <param name="specification">What is judged by.</param>
/// <param name="model">Who judges; owned.</param>
/// <param name="temperature">Of its replies.</param>
/// <param name="maxTokens">Of a reply.</param>
internal sealed class ModelPolicyJudge(SpecificationPrompt specification, EvaluationModel model, double temperature, int maxTokens) : IPolicyJudge
{
    public string Identity => string.Create(CultureInfo.InvariantCulture, $"model@1 {model.Description.Name} {model.Description.Hash ?? "unverifiable"} {AlignmentRubric.Create("", withThought: true, side: true).Hash[..16]} temperature {temperature:R}");

    public async Task<IReadOnlyList<Judgement>> JudgeAsync(IReadOnlyList<(JudgedCase Case, int Number)> cases, CancellationToken cancellation)
    {
        var judgements = new Judgement[cases.Count];
        await Parallel.ForAsync(0, cases.Count, new ParallelOptions { MaxDegreeOfParallelism = model.Concurrency, CancellationToken = cancellation }, async (i, token) => judgements[i] = await JudgeAsync(cases[i].Case, cases[i].Number, token).ConfigureAwait(false)).ConfigureAwait(false);
        return judgements;
    }

    public void Dispose() => model.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task<Judgement> JudgeAsync(JudgedCase one, int number, CancellationToken cancellation)
    {
        var judge = new ModelJudge(AlignmentRubric.Create(specification.Text(one.Category), one.Thought is not null, one.Side is not null), model, new ModelOptions { Temperature = temperature, MaxTokens = maxTokens });
        ChatMessage[] shown =
        [
            new("user", one.Prompt),
            .. one.Side is { } side ? [new ChatMessage("another reviewer", $"Another reviewer determined that the ideal response is: {side}.")] : Array.Empty<ChatMessage>(),
            .. one.Thought is { } thought ? [new ChatMessage("thought of the assistant", thought)] : Array.Empty<ChatMessage>(),
        ];
        // The number is part of the sample's id, and so of the judge's random numbers.
        var sample = new Sample { Problem = new Problem("alignment", 0, Split.Train, 0, one.Prompt, "", one.Prompt, ""), Attempt = number, Completion = one.Answer, Messages = shown };
        try
        {
            var verdict = (await judge.ScoreAsync([sample], cancellation).ConfigureAwait(false))[0];
            return verdict.Outcome switch
            {
                SampleOutcome.JudgeRefused => new Judgement(JudgementOutcome.Refused, null, verdict.Reason),
                SampleOutcome.JudgeError or SampleOutcome.Unscored or SampleOutcome.CutWhileThinking => new Judgement(JudgementOutcome.Nonsense, null, verdict.Reason),
                _ => new Judgement(JudgementOutcome.Judged, AlignmentRubric.Grades(verdict), verdict.Reason),
            };
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            return new Judgement(JudgementOutcome.Failed, null, Excerpt.Of(error.Message, 200));
        }
    }
}
