using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Reasoning;

/// <summary>A reward model in memory as a scorer of steps.</summary>
internal static class RewardScorers
{
    /// <param name="folder">Of the model.</param>
    /// <param name="policy">Whose tokens the steps are.</param>
    /// <param name="device">To run on.</param>
    /// <param name="positions">Longest prompt and solution together, in tokens.</param>
    /// <param name="neutral">What a neutral step counts as.</param>
    /// <exception cref="UserError">It is none, or reads another tokenizer's tokens.</exception>
    public static HeadStepScorer Open(string folder, ProblemEncoder policy, Device device, int positions, NeutralSteps neutral)
    {
        if (!Directory.Exists(folder)) throw new UserError("there is no such reward model.", folder, field: "--scorer", advice: "Name its folder, or exact for the family's own rules.");
        var file = RewardModelFile.Read(folder);
        using var opened = PretrainedModel.Open(folder, headed: true);
        if (opened.Configuration.OutputHead is not { } head || head.Outputs != file.Labels.Count) throw new UserError("the weights have no head of the labels that are named.", Path.Combine(folder, RewardModelFile.FileName), field: "labels");
        if (opened.Configuration.MaxPositions < positions) throw new UserError($"reads at most {opened.Configuration.MaxPositions} tokens, and prompt and solution may have {positions}.", folder, field: "--max-tokens", advice: "Lower it.");
        var model = opened.LoadWeights(device, WeightStorage.F32);
        return new HeadStepScorer(model, new ProblemEncoder(opened.Text), policy, file, positions, neutral, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))));
    }
}
