using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Reasoning;

/// <summary>A reward model in memory as a scorer of steps.</summary>
internal static class RewardScorers
{
    /// <summary>What a language model's name stands behind, to be asked instead.</summary>
    public const string Asked = "ask:";

    /// <summary>Room for the question around prompt and solution.</summary>
    private const int QuestionTokens = 64;

    /// <summary>A language model that is asked of each step whether it is right.</summary>
    /// <param name="path">Of the model.</param>
    /// <param name="device">To run on.</param>
    /// <param name="positions">Longest prompt and solution together, in tokens of the policy.</param>
    /// <param name="beside">The policy in memory, which is asked itself where it is the model that is named.</param>
    /// <exception cref="UserError">There is no such model.</exception>
    public static AskedStepScorer Ask(string path, Device device, int positions, PolicyInMemory? beside = null)
    {
        using var opened = PretrainedModel.Open(path);
        var most = Math.Min(opened.Configuration.MaxPositions, (2 * positions) + QuestionTokens);
        var shared = beside?.Is(opened) == true ? beside.Model : null;
        return new AskedStepScorer(shared ?? opened.LoadWeights(device, WeightStorage.F32), new ProblemEncoder(opened.Text), most, $"{NameOf(path)}, asked", owns: shared is null);
    }

    /// <param name="folder">Of the model.</param>
    /// <param name="policy">Whose tokens the steps are.</param>
    /// <param name="device">To run on.</param>
    /// <param name="positions">Longest prompt and solution together, in tokens.</param>
    /// <param name="neutral">What a neutral step counts as.</param>
    /// <param name="beside">The policy in memory: a head that was trained over its weights is read with them, and they are not loaded twice.</param>
    /// <exception cref="UserError">It is none, or reads another tokenizer's tokens.</exception>
    public static RewardModelScorer Open(string folder, ProblemEncoder policy, Device device, int positions, NeutralSteps neutral, PolicyInMemory? beside = null)
    {
        if (!Directory.Exists(folder)) throw new UserError("there is no such reward model.", folder, field: "--scorer", advice: "Name its folder, or exact for the family's own rules.");
        var file = RewardModelFile.Read(folder);
        using var opened = PretrainedModel.Open(folder, headed: true);
        if (!IsWhole(opened, file)) throw new UserError("the weights have neither a head of the labels that are named nor the tokens.", Path.Combine(folder, RewardModelFile.FileName), field: "labels");
        if (opened.Configuration.MaxPositions < positions) throw new UserError($"reads at most {opened.Configuration.MaxPositions} tokens, and prompt and solution may have {positions}.", folder, field: "--max-tokens", advice: "Lower it.");
        var encoder = new ProblemEncoder(opened.Text);
        return beside?.HeadOf(opened) is { } head
            ? new RewardModelScorer(beside.Model, encoder, policy, file, positions, neutral, NameOf(folder), head)
            : new RewardModelScorer(opened.LoadWeights(device, WeightStorage.F32), encoder, policy, file, positions, neutral, NameOf(folder));
    }

    /// <summary>What tables call a model.</summary>
    public static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    /// <summary>What reads a reward model's numbers.</summary>
    public static IStepReader Reader(LanguageModel model, RewardModelFile file, int positions, long pages = 4096, HeadWeights? head = null) =>
        file.LabelTokens is { } tokens ? new LabelTokenReader(model, [.. tokens], positions) : new HeadReader(model, positions, pages: pages, head: head);

    private static bool IsWhole(PretrainedModel opened, RewardModelFile file) => file.LabelTokens is { } tokens
        ? opened.Configuration.OutputHead is null && tokens.All(t => t >= 0 && t < opened.Configuration.VocabularySize)
        : opened.Configuration.OutputHead is { } head && head.Outputs == file.Labels.Count && head.ReadsSurprise == (file.Surprise == true);
}
