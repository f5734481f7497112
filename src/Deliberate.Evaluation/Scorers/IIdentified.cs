namespace Deliberate.Evaluation;

/// <summary>A scorer that is more than its name: what it judges by, hashed, so that results of another prompt or rule are told apart.</summary>
public interface IIdentified
{
    /// <summary>For the log's head: the scorer's name, and the hash of its prompt, rubric or rules.</summary>
    string Identity { get; }
}
