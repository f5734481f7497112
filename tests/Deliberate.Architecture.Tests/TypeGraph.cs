using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Deliberate.Architecture.Tests;

/// <summary>
/// Which types of some assemblies name which others: in signatures, fields, attributes and method bodies. Nested types count as
/// the one that they stand in, and so do the classes that the compiler makes of lambdas and iterators. Constants leave no trace in
/// what is compiled: a class of constants alone is not among the types.
/// </summary>
internal sealed class TypeGraph : IDisposable
{
    private readonly List<AssemblyDefinition> _assemblies = [];
    private readonly Dictionary<string, TypeDefinition> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _names = new(StringComparer.Ordinal);

    /// <param name="files">Of assemblies, the program first.</param>
    public TypeGraph(IEnumerable<string> files)
    {
        foreach (var file in files) _assemblies.Add(AssemblyDefinition.ReadAssembly(file));
        // A program that is a file of statements has a type of no namespace: the first one's stands for all.
        foreach (var type in _assemblies.SelectMany(a => a.MainModule.Types).Where(t => !IsCompilers(t) && !IsConstants(t))) _types.TryAdd(type.FullName, type);
    }

    public IReadOnlyCollection<TypeDefinition> Types => _types.Values;

    /// <summary>The type in which the program begins.</summary>
    public string EntryPoint => _assemblies[0].EntryPoint.DeclaringType.FullName;

    /// <summary>All types that can be had from the roots by going from each to those that it names.</summary>
    public HashSet<string> Reached(IEnumerable<string> roots)
    {
        var reached = new HashSet<string>(roots, StringComparer.Ordinal);
        var open = new Stack<string>(reached);
        while (open.TryPop(out var name))
        {
            if (!_types.TryGetValue(name, out var type)) continue;
            foreach (var named in Names(type))
                if (reached.Add(named)) open.Push(named);
        }

        return reached;
    }

    public void Dispose() => _assemblies.ForEach(a => a.Dispose());

    private static bool IsCompilers(TypeDefinition type) => type.Name.StartsWith('<') || type.Name == "_Imports" || type.Namespace is "System.Runtime.CompilerServices" or "Microsoft.CodeAnalysis";

    private static bool IsConstants(TypeDefinition type) => type is { IsAbstract: true, IsSealed: true, HasFields: true } && type.Methods.Count == 0 && type.Fields.All(f => f.IsLiteral);

    private HashSet<string> Names(TypeDefinition type)
    {
        if (_names.TryGetValue(type.FullName, out var known)) return known;
        var names = new HashSet<string>(StringComparer.Ordinal);
        Collect(type, names);
        return _names[type.FullName] = names;
    }

    private static void Collect(TypeDefinition type, HashSet<string> names)
    {
        Add(type.BaseType, names);
        foreach (var implemented in type.Interfaces) Add(implemented.InterfaceType, names);
        Attributes(type, names);
        foreach (var parameter in type.GenericParameters)
            foreach (var constraint in parameter.Constraints) Add(constraint.ConstraintType, names);
        foreach (var field in type.Fields)
        {
            Add(field.FieldType, names);
            Attributes(field, names);
        }

        foreach (var property in type.Properties) Attributes(property, names);
        foreach (var method in type.Methods) Collect(method, names);
        foreach (var nested in type.NestedTypes) Collect(nested, names);
    }

    private static void Collect(MethodDefinition method, HashSet<string> names)
    {
        Add(method.ReturnType, names);
        foreach (var parameter in method.Parameters) Add(parameter.ParameterType, names);
        Attributes(method, names);
        if (!method.HasBody) return;
        foreach (var local in method.Body.Variables) Add(local.VariableType, names);
        foreach (var instruction in method.Body.Instructions) Add(instruction, names);
    }

    private static void Add(Instruction instruction, HashSet<string> names)
    {
        switch (instruction.Operand)
        {
            case TypeReference type:
                Add(type, names);
                break;
            case MethodReference method:
                Add(method.DeclaringType, names);
                Add(method.ReturnType, names);
                foreach (var parameter in method.Parameters) Add(parameter.ParameterType, names);
                if (method is GenericInstanceMethod generic)
                    foreach (var argument in generic.GenericArguments) Add(argument, names);
                break;
            case FieldReference field:
                Add(field.DeclaringType, names);
                Add(field.FieldType, names);
                break;
        }
    }

    private static void Attributes(ICustomAttributeProvider provider, HashSet<string> names)
    {
        foreach (var attribute in provider.CustomAttributes)
        {
            Add(attribute.AttributeType, names);
            foreach (var argument in attribute.ConstructorArguments)
                if (argument.Value is TypeReference type) Add(type, names);
        }
    }

    private static void Add(TypeReference? type, HashSet<string> names)
    {
        // A pointer to a function of another library's has no type that it is of.
        if (type is FunctionPointerType function)
        {
            Add(function.ReturnType, names);
            foreach (var parameter in function.Parameters) Add(parameter.ParameterType, names);
            return;
        }

        if (type is GenericInstanceType generic)
            foreach (var argument in generic.GenericArguments) Add(argument, names);
        type = type?.GetElementType();
        while (type is TypeSpecification inner) type = inner.ElementType.GetElementType();
        if (type is null or GenericParameter) return;
        while (type.DeclaringType is { } outer) type = outer;
        names.Add(type.FullName);
    }
}
