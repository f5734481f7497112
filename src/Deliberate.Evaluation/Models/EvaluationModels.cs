using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>The models that a command names: <c>mock</c> answers with what it was asked, <c>mock:TEXT</c> with the text.</summary>
internal static class EvaluationModels
{
    private const string Mock = "mock";

    /// <exception cref="UserError">There is no such model.</exception>
    public static EvaluationModel Open(string name)
    {
        if (name != Mock && !name.StartsWith(Mock + ":", StringComparison.Ordinal)) throw new UserError($"There is no model \"{name}\".", field: "--model", advice: "mock answers with what it was asked.");
        return new EvaluationModel(name, new ChatClientConnection(new MockChatClient(name.Length > Mock.Length ? name[(Mock.Length + 1)..] : null)), new ModelDescription(Mock, name), Environment.ProcessorCount * 4);
    }
}
