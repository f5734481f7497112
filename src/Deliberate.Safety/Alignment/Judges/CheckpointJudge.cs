using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Safety;

/// <summary>
/// A checkpoint that was trained to judge (<see cref="WorldJudgeCorpus"/>): it reads spec(category), request, thought or none, and answer, thinks,
/// and gives grades. What it says is a function of its weights, the case and the number of the judgement alone. A reply without grades is asked
/// for once more; an answer that writes the judge's own format, or is so long that the judge's context has no room left for its own, is given the worst
/// grades unseen.
/// </summary>
internal sealed class CheckpointJudge : IPolicyJudge
{
    private const int Slots = 256;

    private readonly SpecificationPrompt _specification;
    private readonly JudgeRecipe _recipe;
    private readonly Device _device;
    private readonly LanguageModel _model;
    private readonly ProblemEncoder _encoder;
    private readonly Sampler _sampler;

    /// <exception cref="UserError">It cannot be read.</exception>
    public CheckpointJudge(JudgeRecipe recipe, SpecificationPrompt specification, int threads)
    {
        (_recipe, _specification) = (recipe, specification);
        var path = AlignmentModel.Find(recipe.From!);
        Identity = $"checkpoint@1 {ModelIdentity.Of(path).Id} temperature {recipe.Temperature:R} tokens {recipe.MaxTokens}";
        _device = Device.Shared(threads);
        try
        {
            (_model, var text) = Training.Checkpoint.LoadModel(path, _device);
            _encoder = new ProblemEncoder(text);
            _sampler = new Sampler(_model, Slots, _model.Configuration.MaxPositions);
        }
        catch
        {
            _model?.Dispose();
            _device.Dispose();
            throw;
        }
    }

    public string Identity { get; }

    public Task<IReadOnlyList<Judgement>> JudgeAsync(IReadOnlyList<(JudgedCase Case, int Number)> cases, CancellationToken cancellation)
    {
        var judgements = new Judgement[cases.Count];
        List<int> open = [];
        // Judgements of one case share its prompt.
        var prompts = new Dictionary<JudgedCase, (string Text, int[] Tokens)>();
        int[] PromptOf(JudgedCase one) => (prompts.TryGetValue(one, out var known) ? known : prompts[one] = Encode(one)).Tokens;
        foreach (var (i, (one, _)) in cases.Index())
        {
            if (JudgeFormat.Holds(one.Answer) || (one.Thought is { } thought && JudgeFormat.Holds(thought)))
                judgements[i] = new Judgement(JudgementOutcome.Nonsense, null, "the answer writes the judge's format");
            else if (!HasRoom(PromptOf(one)) && HasRoom(Encode(one with { Thought = null, Answer = "" }).Tokens))
                judgements[i] = new Judgement(JudgementOutcome.Nonsense, null, $"the answer leaves the judge no room in its {_sampler.Positions} tokens");
            else open.Add(i);
        }

        for (var attempt = 0; attempt < 2 && open.Count > 0; attempt++)
        {
            var left = new List<int>();
            foreach (var (i, text) in open.Zip(Ask([.. open.Select(i => cases[i])], prompts, attempt, cancellation)))
            {
                var grades = text is null ? null : JudgeFormat.Read(text, cases[i].Case.Thought is not null);
                if (grades is not null) judgements[i] = new Judgement(JudgementOutcome.Judged, grades, text!.Trim());
                else left.Add(i);
                if (grades is null) judgements[i] = new Judgement(JudgementOutcome.Nonsense, null, Excerpt.Of(text?.Trim() ?? "the judge's thought has no end", 120));
            }

            open = left;
        }

        return Task.FromResult<IReadOnlyList<Judgement>>(judgements);
    }

    public void Dispose()
    {
        _sampler.Dispose();
        _model.Dispose();
        _device.Dispose();
    }

    /// <summary>What the judge is asked: rules, request and what is to be judged.</summary>
    private (string Text, int[] Tokens) Encode(JudgedCase one)
    {
        var text = JudgeFormat.Compact(_specification.Text(one.Category), one.Prompt, one.Thought, one.Answer);
        return (text, _encoder.Prompt(text));
    }

    /// <summary>Whether a prompt leaves room for the judge's own tokens. Rules and request that leave none by themselves are the recipe's mistake, which sampling says.</summary>
    private bool HasRoom(int[] prompt) => prompt.Length + _recipe.MaxTokens <= _sampler.Positions;

    /// <summary>What the judge says outside of its thought; null where that is not closed.</summary>
    private string?[] Ask((JudgedCase Case, int Number)[] cases, Dictionary<JudgedCase, (string Text, int[] Tokens)> prompts, int attempt, CancellationToken cancellation)
    {
        var said = new string?[cases.Length];
        var groups = cases.Index().GroupBy(c => prompts[c.Item.Case].Text, StringComparer.Ordinal).ToArray();
        var requests = groups.Select(group =>
        {
            var stream = BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes(group.Key)));
            return new SampleRequest(prompts[group.First().Item.Case].Tokens, _recipe.MaxTokens, [.. group.Select(c => new RandomStream(0, StreamStage.Judging, problem: stream, sample: c.Item.Number, attempt: attempt))]);
        }).ToArray();
        var rollouts = _sampler.Sample(requests, new SamplingOptions { Temperature = _recipe.Temperature }, _encoder.StopIds, cancellation: cancellation);
        foreach (var (group, drawn) in groups.Zip(rollouts))
        {
            foreach (var (one, rollout) in group.Zip(drawn))
                said[one.Index] = rollout.FinishReason == FinishReason.Length ? null : ThinkingSplit.Of(_encoder.Text(rollout.Tokens)).Answer;
        }

        return said;
    }
}
