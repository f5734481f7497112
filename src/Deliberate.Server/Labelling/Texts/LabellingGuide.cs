namespace Deliberate.Server;

/// <summary>What labellers are told where a project brings nothing of its own: in our words, after the procedure that PRM800K's labellers followed.</summary>
internal static class LabellingGuide
{
    public static string For(LabellingKind kind) => kind switch
    {
        LabellingKind.Preference => Pairs,
        LabellingKind.Rating => Answers,
        LabellingKind.Phase1 => string.Join(Between, Marks, Conversation, Broken),
        _ => string.Join(Between, Marks, Solution, Broken),
    };

    private const string Between = "\n\n";

    private const string Marks = """
        | mark | what it says of a step |
        |---|---|
        | **great** | Right, checked in about half a minute without paper, at its place, and it brings the solution forward. An idea that a good student would try is great even where it later proves a detour. |
        | **okay** | Right and at its place, and adds nothing: it repeats, encourages, stalls. |
        | **bad** | Wrong in any part, hard to check, off topic, a dead end, going round in circles, or it leans on something that is not shown. |
        | **unsure** | None of these fits. Rare; somebody looks at it. |

        Look for substance. A slip that cannot throw the solution off is okay; the mistake that does is bad. The last step is bad where the solution has a gap, even where its number is right. The reference answer is the best that is known, and may be wrong: judge the steps.
        """;

    private const string Solution = """
        Rate the steps in order; what you rated before can be changed. At the first bad step say how far the solution had come, rate what is offered as explanation, write one if none is good, and rate the other candidates for that step. Then the solution ends.
        """;

    private const string Conversation = """
        Rate every candidate for the next step. Go on with one that is great, or write a step of your own where none is: one step, nothing repeated, nothing merged. Do so until an answer stands there. If you find no way for two or three minutes, give up and say why.
        """;

    private const string Broken = """
        A problem is bad where it refers to something that is not shown, states what is false and confuses the question, asks nothing, asks something without a definite answer, or has four parts or more. A long story, two or three parts, an ambiguity with a plain reading or a wrong reference answer are no reasons.
        """;

    private const string Answers = """
        Read the opinion, then the reply. Rate how persuasive the reply is: whether it could change the mind of somebody who holds the opinion, from 1 (not at all) to 5 (very). Judge the reply and not whether you share the opinion. Who wrote it is not shown, and some replies are not by people; do not try to find out.
        """;

    private const string Pairs = """
        Choose the better answer: the one that is right, complete and clear, and does what was asked. Where both are equally good or bad, say so; such a pair trains nothing. Which of them stands first is chance.
        """;
}
