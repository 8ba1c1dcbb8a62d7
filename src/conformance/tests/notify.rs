use super::wire::cases; cases!{}
